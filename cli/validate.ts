/** `gomcp validate`: checks definitions of tools, and says what is wrong, where and why. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import { readFlags } from "../src/config/flags.ts";
import { VALIDATE_FLAGS } from "../src/config/validate_flags.ts";
import { VERSION } from "../src/runtime/version.ts";
import { render } from "../src/validate/report/render.ts";
import { oneLine } from "../src/validate/report/text.ts";
import { rulePage } from "../src/validate/rule_page.ts";
import { RULES } from "../src/validate/rules/all_rules.ts";
import { countFindings, fails } from "../src/validate/validate.ts";
import { takeApiKey } from "./api_key.ts";
import type { CommandHelp } from "./help.ts";
import { readValidateFlags, type ValidateFlags } from "./validate/options.ts";
import { readTextFile, writeTextFile } from "./validate/read_file.ts";
import { type Outcome, runOnce } from "./validate/run_once.ts";
import { splitWords } from "./words.ts";

const EXIT_CLEAN = 0;
const EXIT_FOUND = 1;
/** Also of what is no fault of the tools: a flag, a file that is not there, a server that is away. */
const EXIT_NOT_RUN = 2;

export const help: CommandHelp = {
  usage: ["gomcp validate [TARGET…] [FLAGS]"],
  what:
    `Checks definitions of tools: by MCP and JSON Schema, by what model APIs and clients take, for
attacks, for quality, and for what changed. A target is a tool module or a folder of them (.ts, .js,
.mjs), a JSON file of tools or of an answer to tools/list, a configuration with its servers
(gomcp.json, mcpServers of a client), or the address of a server. Without one: gomcp.json here.
Modules are loaded in confined processes; no tool is called.

Exit status: 0 clean, 1 findings at or above --fail-on, 2 something could not be looked at.`,
  flags: VALIDATE_FLAGS,
  examples: [
    "gomcp validate tools",
    "gomcp validate http://127.0.0.1:8080/mcp --profile=openai,gemini --format=markdown",
    'gomcp validate --command="npx -y @modelcontextprotocol/server-everything" --fail-on=warning',
    "gomcp validate --explain GM203",
  ],
};

export async function run(args: readonly string[]): Promise<number> {
  try {
    return await command(args);
  } catch (error) {
    // Any other status than 0, 1 and 2 would mean nothing to those who run this in CI.
    const isFault = error instanceof Error && !(error instanceof GomcpError);
    console.error(`gomcp: ${isFault ? `unexpected: ${error.stack}` : describeThrown(error)}`);
    return EXIT_NOT_RUN;
  }
}

async function command(args: readonly string[]): Promise<number> {
  const { said, words } = splitWords(VALIDATE_FLAGS, args);
  // What servers are told by the environment is not meant for a check.
  const values = readFlags(VALIDATE_FLAGS, said, () => undefined);
  if (values.rules === true) return listRules();
  if (values.explain !== undefined) return explain(values.explain as string);
  const flags = readValidateFlags(values, await readToken(values["token-file"]));
  if (!flags.watch) return await tell(await runOnce(words, flags), flags);
  const { watch } = await import("./validate/watch.ts");
  return await watch(words, flags, tell);
}

/** The variable is taken from the environment: programs that are started must not inherit it. */
async function readToken(file: unknown): Promise<string | undefined> {
  const key = takeApiKey();
  return typeof file === "string" ? (await readTextFile(file)).trim() : key;
}

/** Prints the report, or writes it, and gives the exit status. */
async function tell(outcome: Outcome, flags: ValidateFlags): Promise<number> {
  const { validation, failures, notes, failOn } = outcome;
  const least = flags.all ? "info" : failOn === "info" ? "info" : "warning";
  const report = render(flags.format, validation, { least, failOn, version: VERSION });
  if (flags.output !== undefined) await writeTextFile(flags.output, report + "\n");
  else if (report !== "") console.log(report);
  for (const note of notes) console.error(`gomcp: ${oneLine(note)}`);
  for (const failure of failures) console.error(`gomcp: ${failure}`);
  console.error(summary(outcome, least === "info"));
  if (failures.length > 0) return EXIT_NOT_RUN;
  return fails(validation.findings, failOn) ? EXIT_FOUND : EXIT_CLEAN;
}

function summary({ validation, fixed }: Outcome, showsAll: boolean): string {
  const { error, warning, info } = countFindings(validation.findings);
  const parts = [
    count(validation.tools, "tool"),
    count(error, "error"),
    count(warning, "warning"),
    count(info, "hint") + (info > 0 && !showsAll ? " (--all shows them)" : ""),
  ];
  if (validation.suppressed > 0) parts.push(`${validation.suppressed} suppressed`);
  if (fixed > 0) parts.push(`${fixed} fixed`);
  const fixable = validation.findings.filter(({ fix }) => fix !== undefined).length;
  const hint = fixable > 0 && fixed === 0 ? `; ${fixable} can be fixed (--fix, in JSON files)` : "";
  return `gomcp validate: ${parts.join(", ")}${hint}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function listRules(): number {
  for (const { id, name, severity, summary } of RULES.values()) {
    console.log(`${id}  ${severity.padEnd(7)}  ${name.padEnd(28)}  ${summary}`);
  }
  return EXIT_CLEAN;
}

function explain(said: string): number {
  const rule = RULES.get(said.toUpperCase()) ??
    [...RULES.values()].find(({ name }) => name === said);
  if (rule === undefined) {
    const text = `Cannot explain "${said}": there is no such rule, see gomcp validate --rules`;
    throw new GomcpError("invalid_request", text);
  }
  console.log(rulePage(rule).trimEnd());
  return EXIT_CLEAN;
}
