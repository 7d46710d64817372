/** Tools of upstreams by the names under which they are pinned. */
import type { Tool } from "../../tools/tool.ts";
import type { UpstreamSettings } from "../../upstreams/settings.ts";
import type { ServedUpstream } from "./served_upstream.ts";

/** A tool's definition as this server shows it. */
export interface NamedTool {
  /** Its name here; that of a tool for one tenant as "tenant/name". */
  readonly name: string;
  readonly definition: Readonly<Record<string, unknown>>;
}

export function namedTools(upstreams: readonly ServedUpstream[]): readonly NamedTool[] {
  return upstreams.flatMap(({ settings, has }) => has.tools.map((tool) => named(settings, tool)));
}

export function named(
  { tenant }: Pick<UpstreamSettings, "tenant">,
  { name, definition }: Pick<Tool, "name" | "definition">,
): NamedTool {
  return { name: tenant === undefined ? name : `${tenant}/${name}`, definition };
}
