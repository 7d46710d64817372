/** The tools of an upstream for one look: it is connected, asked, and let go. */
import type { Clock } from "../../base/clock.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { ServerInfo } from "../../protocol/versions.ts";
import { definitionHere } from "../../upstreams/definition_here.ts";
import { Link } from "../../upstreams/link.ts";
import { isServed, nameHere } from "../../upstreams/naming.ts";
import type { UpstreamSettings } from "../../upstreams/settings.ts";
import { waysTo } from "./ways_to.ts";

/** A tool that is served, as the upstream says it and the operator wants it said; checked by nobody. */
export interface SaidTool {
  readonly definition: Readonly<Record<string, unknown>>;
  /** The name that it has here. */
  readonly servedAs: string;
}

export interface ReadToolsOptions {
  /** Who asks, as the upstream is told. */
  readonly info: ServerInfo;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long one may take to leave. */
const LEAVE_MS = 2_000;

/**
 * Reads them within the settings' `connectMs`.
 *
 * @throws {GomcpError} `upstream_failed` naming the upstream and why it does not give them.
 */
export async function readTools(
  settings: UpstreamSettings,
  { info, clock, log }: ReadToolsOptions,
): Promise<readonly SaidTool[]> {
  const late = new AbortController();
  const cancel = clock.after(settings.connectMs, () => late.abort());
  try {
    const ways = waysTo(clock, log)(settings);
    const listener = { onListChanged() {}, onResourceUpdated() {} };
    const link = await Link.open({ settings, info, clock, log, ways, listener }, late.signal);
    await leave(link, clock);
    return link.lists.tools
      .filter(({ name }) => typeof name !== "string" || isServed(settings, name))
      .map((said) => ({
        definition: definitionHere(settings, said),
        servedAs: nameHere(settings, typeof said.name === "string" ? said.name : ""),
      }));
  } catch (cause) {
    const why = late.signal.aborted ? "it did not answer in time" : describeThrown(cause);
    const text = `Cannot list the tools of ${settings.name}: ${why}`;
    throw new GomcpError("upstream_failed", text, { cause });
  } finally {
    cancel();
  }
}

async function leave(link: Link, clock: Clock): Promise<void> {
  link.stop("its tools are known");
  const cancel = clock.after(LEAVE_MS, () => link.kill());
  await link.exited;
  cancel();
}
