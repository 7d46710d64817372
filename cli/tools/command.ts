/** What commands about tools share: words beside flags, a target, and how errors end them. */
import { GoMCPError } from "../../client.ts";
import { CODE_TABLE, type ErrorCode } from "../../src/base/code_table.ts";
import { parseDuration } from "../../src/base/duration.ts";
import { GomcpError, problemDocument } from "../../src/base/errors.ts";
import type { CommandHelp } from "../help.ts";
import { type Flag, type FlagValues, readFlags } from "../../src/config/flags.ts";
import { splitWords } from "../words.ts";
import { openTarget, saysWhere, TARGET_FLAGS, type ToolTarget } from "./target.ts";

/** A command as its user sees it. */
export interface ToolUsage {
  /** Such as "gomcp call TOOL". */
  readonly usage: string;
  readonly what: string;
  readonly flags: readonly Flag[];
  /** How many words there are beside the flags, at least and at most. */
  readonly words: readonly [number, number];
  readonly examples: readonly string[];
}

/** With the flags that all of them take. */
export function toolHelp({ usage, what, flags, examples }: ToolUsage): CommandHelp {
  return {
    usage: [`${usage} [FLAGS]`],
    what,
    flags: [...flags, ...TARGET_FLAGS, JSON_FLAG],
    examples,
  };
}

/** What a command was told. */
export interface ToolArgs {
  readonly values: FlagValues;
  readonly words: readonly string[];
}

const JSON_FLAG: Flag = { name: "json", kind: "switch", help: "one JSON value" };

const EXIT_UNREACHABLE = 4;
const EXIT_LATE = 7;

/** Opens the target, runs `action` and closes the target again; errors become exit statuses. */
export async function runToolCommand(
  usage: ToolUsage,
  args: readonly string[],
  action: (target: ToolTarget, told: ToolArgs) => Promise<number>,
  adapt: (told: ToolArgs, saysWhere: boolean) => ToolArgs = (told) => told,
): Promise<number> {
  const { flags } = toolHelp(usage);
  const { said, words } = splitWords(flags, args);
  // Tools of a server's own environment are not meant by a command that asks another one.
  const isOpen = !saysWhere(said);
  const env = (name: string) => isOpen && name === "GOMCP_URL" ? Deno.env.get(name) : undefined;
  const values = readFlags(flags, said, env);
  const told = adapt(checkWords(usage, { values, words }), !isOpen);
  const timeoutMs = parseDuration(values.timeout as string);
  let target: ToolTarget | undefined;
  try {
    target = await openTarget(told.values, timeoutMs);
    return await action(target, told);
  } catch (error) {
    return report(error, values.json === true);
  } finally {
    await target?.close();
  }
}

function checkWords({ usage, words: [min, max] }: ToolUsage, told: ToolArgs): ToolArgs {
  const { length } = told.words;
  if (length >= min && length <= max) return told;
  const text = `Cannot run: ${length} words were given, expected ${usage}`;
  throw new GomcpError("invalid_request", text);
}

/** With `json` the problem is the output, as the server's document has it. */
function report(error: unknown, json: boolean): number {
  if (error instanceof GomcpError) {
    if (json) console.log(JSON.stringify({ problem: problemDocument(error.problem) }));
    return say(error.message, error.problem.pointer, CODE_TABLE[error.code].exit);
  }
  if (!(error instanceof GoMCPError)) throw error;
  const { code, detail, pointer, limit, remaining, retryAfterMs, status } = error;
  const problem = { code, detail, pointer, limit, remaining, retryAfterMs, status };
  if (json) console.log(JSON.stringify({ problem }));
  return say(detail, pointer, exitOf(code));
}

function say(detail: string, pointer: string | undefined, exit: number): number {
  console.error(`gomcp: ${detail}${pointer === undefined ? "" : ` (at "${pointer}")`}`);
  return exit;
}

/** The client's own codes have no row in the table; a server may be newer than this program. */
function exitOf(code: GoMCPError["code"]): number {
  if (code === "connection_failed" || code === "bad_answer") return EXIT_UNREACHABLE;
  if (code === "timeout") return EXIT_LATE;
  return CODE_TABLE[code as ErrorCode]?.exit ?? CODE_TABLE.internal.exit;
}
