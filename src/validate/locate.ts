/** Where a finding is: the file, the line, and the line's text. */
import { isRecord } from "../base/json.ts";
import { type Excerpt, excerptOf } from "./excerpt.ts";
import type { Finding, Place } from "./finding.ts";
import { JsonText } from "./json_text.ts";
import { TextLines } from "./text_lines.ts";
import { type SourcedTool, textOf, type ToolServer } from "./tool_server.ts";

const NOWHERE: Place = { file: undefined, line: undefined, column: undefined };

/** Knows where findings are; what is worked out for one is kept for the next. */
export class Locator {
  readonly #servers: readonly ToolServer[];
  readonly #lines = new Map<string, TextLines>();
  readonly #live = new WeakMap<SourcedTool, JsonText>();

  constructor(servers: readonly ToolServer[]) {
    this.#servers = servers;
  }

  /** What a server said is where the server is named, if it is. */
  place(finding: Finding): Place {
    if (finding.place !== undefined) return finding.place;
    const tool = this.#toolOf(finding);
    if (tool === undefined) return NOWHERE;
    const { source } = tool;
    if (source.kind === "live") {
      return { file: source.file, line: source.line, column: source.line && 1 };
    }
    return { file: source.file, ...this.#linesOf(textOf(source)).at(offsetIn(tool, finding)) };
  }

  /** The line of the file, or of the definition as JSON where a server said it. */
  excerpt(finding: Finding): Excerpt | undefined {
    if (finding.place !== undefined) return finding.place.excerpt;
    const tool = this.#toolOf(finding);
    if (tool === undefined) return undefined;
    const { source } = tool;
    if (source.kind !== "live") return this.#at(textOf(source), offsetIn(tool, finding));
    const json = this.#said(tool);
    return this.#at(json.text, json.offsetOf(finding.pointer));
  }

  #at(text: string, offset: number): Excerpt {
    const lines = this.#linesOf(text);
    const { line, column } = lines.at(offset);
    return excerptOf(lines.text(line), column);
  }

  #toolOf({ server, tool = 0 }: Finding): SourcedTool | undefined {
    return this.#servers[server]?.tools[tool];
  }

  #linesOf(text: string): TextLines {
    let lines = this.#lines.get(text);
    if (lines === undefined) this.#lines.set(text, lines = new TextLines(text));
    return lines;
  }

  #said(tool: SourcedTool): JsonText {
    let json = this.#live.get(tool);
    if (json === undefined) {
      json = new JsonText(JSON.stringify(tool.definition, null, 2) ?? "");
      this.#live.set(tool, json);
    }
    return json;
  }
}

function offsetIn({ definition, source }: SourcedTool, { pointer }: Finding): number {
  if (source.kind === "json") return source.json.offsetOf(source.pointer + pointer);
  return source.kind === "module" ? offsetInModule(source.text, definition, pointer) : 0;
}

/** The place of an offset in a file that has no definitions. */
export function placeIn(file: string, text: string, offset: number): Place {
  const lines = new TextLines(text);
  const { line, column } = lines.at(offset);
  return { file, line, column, excerpt: excerptOf(lines.text(line), column) };
}

/**
 * Where a module most likely says it: the tool's name in quotes, and behind it the last key of the
 * pointer. A name that is put together stands nowhere; then it is the beginning.
 */
function offsetInModule(text: string, definition: unknown, pointer: string): number {
  const name = isRecord(definition) ? String(definition.name) : "";
  const start = ['"', "'", "`"].map((quote) => text.indexOf(quote + name + quote))
    .filter((at) => at >= 0).sort((a, b) => a - b)[0];
  if (start === undefined) return 0;
  const keys = pointer.split("/").filter((step) =>
    /^[A-Za-z_]\w*$/.test(step) && !SCHEMA.has(step)
  );
  const key = keys.at(-1);
  if (key === undefined || key === "name") return start;
  const next = text.slice(start).search(new RegExp(`(?<![\\w.])["']?${key}["']?\\s{0,9}:`));
  return next < 0 ? start : start + next;
}

/** Steps that modules write otherwise, by zod. */
const SCHEMA = new Set(["inputSchema", "outputSchema", "properties", "type", "items"]);
