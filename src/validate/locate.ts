/** Where a finding is: the file, the line, and the line's text. */
import { isRecord } from "../base/json.ts";
import { stripTerminal } from "../security/output.ts";
import { maskSecrets } from "../security/secrets.ts";
import type { Finding, Place } from "./finding.ts";
import { JsonText } from "./json_text.ts";
import { TextLines } from "./text_lines.ts";
import type { SourcedTool, ToolServer } from "./tool_server.ts";

const EXCERPT_CHARS = 100;
const BEFORE_CHARS = 20;
/** As long as secrets are that are known by their beginnings. */
const SECRET_CHARS = 500;
const NOWHERE: Place = {
  file: undefined,
  line: undefined,
  column: undefined,
  excerpt: "",
  caret: 0,
};

/** Knows where findings are; what is parsed for one is kept for the next. */
export class Locator {
  readonly #servers: readonly ToolServer[];
  readonly #texts = new Map<string, Known>();

  constructor(servers: readonly ToolServer[]) {
    this.#servers = servers;
  }

  place(finding: Finding): Place {
    if (finding.place !== undefined) return finding.place;
    const tool = this.#servers[finding.server]?.tools[finding.tool ?? 0];
    if (tool === undefined) return NOWHERE;
    const { source, definition } = tool;
    if (source.kind === "json") {
      const { json, lines } = this.#known(source.text);
      return placeOn(source.file, lines, json.offsetOf(source.pointer + finding.pointer));
    }
    if (source.kind === "module") {
      const { lines } = this.#known(source.text);
      return placeOn(source.file, lines, offsetInModule(source.text, tool, finding.pointer));
    }
    const text = JSON.stringify(definition, null, 2) ?? "";
    const shown = placeIn(undefined, text, new JsonText(text).offsetOf(finding.pointer));
    return { ...shown, file: source.file, line: source.line, column: source.line && 1 };
  }

  /** One file has many findings. */
  #known(text: string): Known {
    let known = this.#texts.get(text);
    if (known === undefined) {
      known = { json: new JsonText(text), lines: new TextLines(text) };
      this.#texts.set(text, known);
    }
    return known;
  }
}

interface Known {
  readonly json: JsonText;
  readonly lines: TextLines;
}

/** The place of an offset in a text. */
export function placeIn(file: string | undefined, text: string, offset: number): Place {
  return placeOn(file, new TextLines(text), offset);
}

function placeOn(file: string | undefined, lines: TextLines, offset: number): Place {
  const { line, column } = lines.at(offset);
  const whole = lines.text(line);
  const at = column - 1;
  const indent = /^\s*/.exec(whole.slice(0, at))![0].length;
  // A long line is shown from a little before the place on. Places are where a key or a value
  // begins, so no secret goes across one.
  const isLong = at - indent > EXCERPT_CHARS - BEFORE_CHARS;
  const before = clean(whole.slice(isLong ? Math.max(0, at - SECRET_CHARS) : indent, at));
  const shown = isLong ? before.slice(-BEFORE_CHARS) : before;
  const after = clean(whole.slice(at, at + EXCERPT_CHARS + SECRET_CHARS));
  const room = EXCERPT_CHARS - shown.length;
  return {
    file,
    line: file === undefined ? undefined : line,
    column: file === undefined ? undefined : column,
    excerpt: shown + (after.length <= room ? after : `${after.slice(0, room)}…`),
    caret: shown.length,
  };
}

/** Without what steers terminals, and without secrets. */
function clean(text: string): string {
  return visible(maskSecrets(stripTerminal(text).replaceAll("\t", " ")).text);
}

/** Characters that nobody sees, shown by their numbers: reviewers are to see them. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

const HIDDEN =
  /[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e01ef}]/gu;

/**
 * Where a module most likely says it: the tool's name in quotes, and behind it the last key of the
 * pointer. A name that is put together stands nowhere; then it is the beginning.
 */
function offsetInModule(text: string, { definition }: SourcedTool, pointer: string): number {
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
