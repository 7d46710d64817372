/**
 * What somebody looked at and lets be: `gomcp-ignore GM301: reason` in a comment of the file, or an
 * entry in the configuration. What a server says about itself never suppresses anything.
 */
import { nameFits } from "../base/name_glob.ts";
import type { Finding } from "./finding.ts";
import type { Locator } from "./locate.ts";
import { lineAt } from "./text_lines.ts";
import { servedName, textOf, type ToolServer } from "./tool_server.ts";

/** An entry of the configuration. */
export interface Ignored {
  readonly rule: string;
  /** A glob for the tool's name. @default "*" */
  readonly tool?: string | undefined;
  /** Only at this place of the definition, and within. */
  readonly pointer?: string | undefined;
  readonly reason: string;
}

/** A comment that suppresses, where it stands. */
interface Inline {
  readonly rules: readonly string[];
  readonly file: string;
  readonly line: number;
  /** Where the comment ends. */
  readonly endLine: number;
  readonly isWholeFile: boolean;
  readonly hasReason: boolean;
  readonly server: number;
  readonly tool: number;
  used: boolean;
}

export interface Suppressed {
  readonly findings: readonly Finding[];
  readonly suppressed: number;
}

/** Comments of a line, or lines of `*` in a longer one. */
const SIGN = /gomcp-ignore(-file)?\s+((?:GM\d{3})(?:\s*,\s*GM\d{3})*)[ \t]*(?::[ \t]*([^\n*]*))?/g;
const SPEECH_MIN = 3;

/**
 * Takes away what is suppressed, and adds what is wrong with suppressions: those without a reason
 * (GM407), and those of files that suppress nothing (GM408).
 */
export function suppress(
  findings: readonly Finding[],
  servers: readonly ToolServer[],
  ignored: readonly Ignored[],
  locator: Locator,
  didRun: (rule: string) => boolean = () => true,
): Suppressed {
  const inline = servers.flatMap((server, at) => inlineOf(server, at));
  const usable = inline.filter(({ hasReason }) => hasReason);
  const kept = findings.filter((finding) => {
    if (ignored.some((entry) => isIgnored(finding, entry, servers))) return false;
    const hit = usable.filter((each) => covers(each, finding, locator));
    for (const each of hit) each.used = true;
    return hit.length === 0;
  });
  return {
    findings: [...kept, ...inline.flatMap((each) => faultOf(each, didRun))],
    suppressed: findings.length - kept.length,
  };
}

function isIgnored(
  { rule, server, tool, pointer }: Finding,
  entry: Ignored,
  servers: readonly ToolServer[],
): boolean {
  if (entry.rule !== rule) return false;
  const { pointer: at } = entry;
  if (at !== undefined && pointer !== at && !pointer.startsWith(at + "/")) return false;
  return entry.tool === undefined || entry.tool === "*" ||
    (tool !== undefined && nameFits(entry.tool, nameOf(servers[server]!, tool)));
}

function nameOf(server: ToolServer, tool: number): string {
  return servedName(server, server.tools[tool]!);
}

/** Each file is looked through once, for the first of its tools. */
function inlineOf({ tools }: ToolServer, server: number): Inline[] {
  const seen = new Set<string>();
  return tools.flatMap(({ source }, tool) => {
    if (source.kind === "live" || seen.has(source.file)) return [];
    seen.add(source.file);
    const comments = source.kind === "json" ? source.json.comments() : [...commentsOf(source.text)];
    const whole = textOf(source);
    return comments.flatMap(({ text, offset }) =>
      [...text.matchAll(SIGN)].map((
        { index, 1: isFile, 2: rules = "", 3: reason = "" },
      ): Inline => ({
        rules: rules.split(/\s*,\s*/),
        file: source.file,
        line: lineAt(whole, offset + index).line,
        endLine: lineAt(whole, offset + text.length).line,
        isWholeFile: isFile !== undefined,
        hasReason: reason.trim().length >= SPEECH_MIN,
        server,
        tool,
        used: false,
      }))
    );
  });
}

/** Lines of a module with a comment in them: whatever stands in quotes there is no matter. */
function* commentsOf(text: string): Generator<{ text: string; offset: number }> {
  for (const match of text.matchAll(/(?:\/\/|^[ \t]*\*|\/\*)[^\n]*/gm)) {
    yield { text: match[0], offset: match.index };
  }
}

/** A comment speaks of its lines, from the sign on, and of the next one, or of its file. */
function covers(inline: Inline, finding: Finding, locator: Locator): boolean {
  if (!inline.rules.includes(finding.rule)) return false;
  const { file, line } = locator.place(finding);
  if (file !== inline.file) return false;
  return inline.isWholeFile ||
    (line !== undefined && line >= inline.line && line <= inline.endLine + 1);
}

function faultOf(
  { rules, server, tool, hasReason, used, file, line }: Inline,
  didRun: (rule: string) => boolean,
): Finding[] {
  const where = `${file}:${line}`;
  const about = { server, tool, pointer: "" };
  const list = rules.join(", ");
  if (!hasReason) {
    const message =
      `the suppression of ${list} at ${where} has no reason, expected "gomcp-ignore ${list}: why"`;
    return [{ rule: "GM407", severity: "error", message, ...about }];
  }
  // For other clients, or with a baseline, it may suppress something.
  if (used || !rules.every(didRun)) return [];
  const message = `the suppression of ${list} at ${where} suppresses nothing`;
  return [{ rule: "GM408", severity: "warning", message, ...about }];
}
