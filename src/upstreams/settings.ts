/** What an operator decides about an upstream, checked and with its defaults filled in. */
import { LIMITS } from "../base/limits.ts";
import type { UpstreamSettings } from "../base/upstream_settings.ts";

export type { ToolOverride, UpstreamSettings, UpstreamTarget } from "../base/upstream_settings.ts";

/** How long until lists are read again that say how long they are good. */
export function refreshAfterMs(
  { refreshMs }: Pick<UpstreamSettings, "refreshMs">,
  ttlMs: number | undefined,
): number | undefined {
  if (refreshMs !== undefined) return refreshMs;
  if (ttlMs === undefined) return undefined;
  return Math.min(Math.max(ttlMs, LIMITS.upstreamRefreshMsMin), LIMITS.timeoutMsMax);
}
