/** `gomcp bench`: how many calls a second, how late, at what cost. */
import { describeThrown, GomcpError, isGomcpError } from "../src/base/errors.ts";
import { checkAssertions } from "../src/bench/report/assertions.ts";
import { compareReports, hasWorsened, parseReport } from "../src/bench/report/compare.ts";
import { htmlReport } from "../src/bench/report/html_report.ts";
import type { BenchReport } from "../src/bench/report/report.ts";
import { textComparison, textFailures, textReport } from "../src/bench/report/text_report.ts";
import { type FlagValues, readFlags } from "../src/config/flags.ts";
import { takeApiKey } from "./api_key.ts";
import { isInProcess, type Place } from "./bench/open_subject.ts";
import { BENCH_FLAGS, type BenchOptions, readBenchOptions } from "./bench/options.ts";
import { runBench } from "./bench/run_bench.ts";
import type { CommandHelp } from "./help.ts";
import { restartOnce } from "./restart.ts";
import { readClientTls } from "./tools/client_tls.ts";
import { splitWords } from "./words.ts";

const EXIT_FINE = 0;
/** A condition does not hold, or something is slower than it was. */
const EXIT_MISSED = 1;
const EXIT_NOT_RUN = 2;
const EXIT_UNREACHABLE = 4;

export const help: CommandHelp = {
  usage: [
    "gomcp bench LAYER... [FLAGS]",
    "gomcp bench --url=URL | --grpc=HOST:PORT | --command=LINE [FLAGS]",
  ],
  what:
    `Measures gomcp on this machine, with every protection switched on, or any MCP server that is named.
Layers in this process: supervisor (all layers of a call; also supervisor-async), validate, audit,
quota, ratelimit, batch. Ways into a server that is started for it, in a process of its own: stdio,
http, rest, grpc. all is all of them.

Exit status: 0; 1 when --assert does not hold or --compare finds something slower; 2 when there is
nothing to run; 4 when the server cannot be reached.`,
  flags: BENCH_FLAGS,
  examples: [
    "gomcp bench supervisor --duration=2s",
    "gomcp bench http --assert='p99<5ms,errors=0' --html=report.html",
    "gomcp bench --command='npx -y @modelcontextprotocol/server-everything' --concurrency=8",
  ],
};

export async function run(args: readonly string[]): Promise<number> {
  try {
    return await command(args);
  } catch (error) {
    const isFault = error instanceof Error && !(error instanceof GomcpError);
    console.error(`gomcp: ${isFault ? `unexpected: ${error.stack}` : describeThrown(error)}`);
    const isAway = isGomcpError(error) && error.code === "upstream_failed";
    return isAway ? EXIT_UNREACHABLE : EXIT_NOT_RUN;
  }
}

async function command(args: readonly string[]): Promise<number> {
  const { said, words } = splitWords(BENCH_FLAGS, args);
  // What servers are told by the environment is not meant for a bench.
  const values = readFlags(BENCH_FLAGS, said, () => undefined);
  const options = readBenchOptions(words, values);
  const baseline = await readBaseline(values.compare as string | undefined);
  // What is measured in this process is compiled as a server's code is.
  if (options.layers.some(isInProcess)) restartOnce(false);
  const place = await readPlace(values);
  const report = await runBench(options, place, values.quiet === true);
  await writeFiles(report, values);
  return tell(report, options, baseline, values.json === true);
}

/** Prints the report, and says what is amiss on stderr. */
function tell(
  report: BenchReport,
  { assertions }: BenchOptions,
  baseline: BenchReport | undefined,
  json: boolean,
): number {
  const compared = baseline && compareReports(baseline, report);
  const failures = checkAssertions(assertions, report);
  if (json) {
    console.log(JSON.stringify({ ...report, ...(compared && { compared }), failures }));
  } else {
    console.log(textReport(report));
    if (compared !== undefined) console.log(textComparison(compared));
  }
  for (const line of textFailures(failures)) console.error(`gomcp bench: ${line}`);
  const isWorse = compared !== undefined && hasWorsened(compared);
  if (isWorse) console.error("gomcp bench: something is worse than in the baseline");
  return failures.length > 0 || isWorse ? EXIT_MISSED : EXIT_FINE;
}

async function readPlace(values: FlagValues): Promise<Place> {
  const text = (name: string) => values[name] as string | undefined;
  const file = text("token-file");
  return {
    url: text("url"),
    grpc: text("grpc"),
    command: text("command"),
    apiKey: file === undefined ? takeApiKey() : (await readFile("token-file", file)).trim(),
    tls: await readClientTls(values),
  };
}

async function readBaseline(file: string | undefined): Promise<BenchReport | undefined> {
  return file === undefined ? undefined : parseReport(await readFile("compare", file), file);
}

async function readFile(flag: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    const text = `Cannot read --${flag} "${file}": ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

async function writeFiles(report: BenchReport, values: FlagValues): Promise<void> {
  const texts = [
    ["save", () => JSON.stringify(withoutTimelines(report)) + "\n"],
    ["html", () => htmlReport(report)],
  ] as const;
  for (const [flag, text] of texts) {
    const file = values[flag] as string | undefined;
    if (file === undefined) continue;
    try {
      await Deno.writeTextFile(file, text());
    } catch (cause) {
      const why = `Cannot write --${flag} "${file}": ${describeThrown(cause)}`;
      throw new GomcpError("invalid_request", why, { cause });
    }
  }
}

/** As a baseline is kept: nothing compares moments of one run with those of another. */
function withoutTimelines(report: BenchReport): BenchReport {
  const rows = report.rows.map((row) => ({
    ...row,
    runs: row.runs.map((run) => ({ ...run, timeline: [] })),
  }));
  return { ...report, rows };
}
