/** The tools of one generation: found by name, listed in a stable order, rendered once. */
import { GomcpError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { LIMITS } from "../base/limits.ts";
import { rememberLast } from "../base/remember_last.ts";
import { type Page, SortedList } from "../base/sorted_list.ts";
import type { Target } from "../pipeline/call.ts";
import { isLegacyOutputSchema } from "../protocol/legacy.ts";
import { toolTarget } from "./tool_target.ts";
import type { Tool } from "./tool.ts";

/** A tool with what clients are shown of it, as JSON text. */
export interface ToolEntry {
  /** The tool as it was defined. */
  readonly tool: Tool;
  /** What calls of it go to. */
  readonly target: Target;
  /** The definition as each era has it; REST has that of the modern one. */
  readonly json: { readonly modern: string; readonly legacy: string };
}

/** The tools of a server. */
export interface Registry {
  /** How many there are. */
  readonly size: number;
  /** What calls of a tool go to; undefined when there is none of that name. */
  find(name: string): Target | undefined;
  /** A tool with what clients are shown of it. */
  entry(name: string): ToolEntry | undefined;
  /** All of them, in the order of their names. */
  all(): readonly ToolEntry[];
  /** A page of the list; undefined for a cursor that this server never gave. */
  page(cursor?: string, max?: number): Page<ToolEntry> | undefined;
}

/**
 * Builds the registry. Tools are in the order of their names, so that a cursor (the name
 * that the page before ended with) stays good when tools come and go.
 *
 * @throws {GomcpError} `invalid_request` for a name that two tools have, or too many tools.
 */
export function createRegistry(tools: readonly Tool[], log: Logger): Registry {
  if (tools.length > LIMITS.toolsMax) {
    throw new GomcpError(
      "invalid_request",
      `Cannot serve ${tools.length} tools, expected at most ${LIMITS.toolsMax}`,
    );
  }
  const byName = new Map<string, ToolEntry>();
  for (const tool of tools) {
    if (byName.has(tool.name)) {
      throw new GomcpError("invalid_request", `Cannot serve two tools named "${tool.name}"`);
    }
    byName.set(tool.name, renderEntry(tool, log));
  }
  const entries = new SortedList("tools", [...byName.values()], ({ tool }) => tool.name);
  return {
    size: byName.size,
    find: rememberLast((name) => byName.get(name)?.target),
    entry: (name) => byName.get(name),
    all: () => entries.items,
    page: (cursor, max = LIMITS.toolsPageMax) => entries.page(cursor, max),
  };
}

function renderEntry(tool: Tool, log: Logger): ToolEntry {
  const modern = JSON.stringify(tool.definition);
  const { outputSchema: _, ...withoutOutput } = tool.definition;
  const keepsOutput = tool.output === undefined || isLegacyOutputSchema(tool.output.json);
  return {
    tool,
    target: toolTarget(tool, log),
    json: { modern, legacy: keepsOutput ? modern : JSON.stringify(withoutOutput) },
  };
}
