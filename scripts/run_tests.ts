/**
 * Runs `deno test` on the project and ends with one plain line, `N passed, N failed[, N skipped]`,
 * that every log reader understands: `deno run -A scripts/run_tests.ts [arguments of deno test]`.
 */
import { buildProgram, PROGRAM_VARIABLE } from "./testing/build_program.ts";
import { type Leftover, leftovers, processesOf } from "./testing/leftovers.ts";
import { type Counts, readJunit, slowestFiles } from "./testing/junit.ts";

/** How a run ended: the status to exit with, and its closing line. */
export interface TestRun {
  readonly code: number;
  readonly summary: string;
}

/** As many files are told as slow. */
const SLOWEST = 15;

/** Runs the tests in the current folder, with their output shown as it comes. */
export async function runTests(args: readonly string[]): Promise<TestRun> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-tests-" });
  try {
    const junit = `${folder}/junit.xml`;
    // A few files are sooner run than a program is built for them.
    const program = namesFiles(args) ? undefined : await buildProgram(`${folder}/program`);
    const order = shuffle(args);
    const parallel = args.includes("--parallel") ? [] : ["--parallel"];
    // Where the programs are that tests start: from source, or built for this run.
    const programs = [`${Deno.cwd()}/cli`, folder];
    const before = processesOf(programs);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", `--junit-path=${junit}`, ...parallel, ...order, ...args],
      env: program === undefined ? {} : { [PROGRAM_VARIABLE]: program },
    }).spawn().status;
    const report = await Deno.readTextFile(junit).catch(() => ""); // of a run that never began
    const run = judge(code, readJunit(report), await leftovers(programs, before));
    tellSlowest(report);
    // The seed stands near the end, where the reader of a failed run looks first.
    if (order.length > 0) console.log(`shuffled: repeat this order with ${order.join(" ")}`);
    if (run.problem) console.error(run.problem);
    return { code: run.code, summary: summarize(run.counts) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesFiles(args: readonly string[]): boolean {
  return args.some((arg) => !arg.startsWith("-"));
}

function tellSlowest(report: string): void {
  const files = slowestFiles(report).slice(0, SLOWEST);
  if (files.length < 2) return;
  console.log("slowest files, with what else ran at the time:");
  for (const { name, seconds } of files) {
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}`);
  }
}

/**
 * The verdict on a run. One that fails outside of any test (it does not compile, a module throws,
 * the process dies, no test was chosen) counts as one failure, as do processes that tests have left
 * behind: no failed run may say "0 failed".
 */
export function judge(
  code: number,
  counts: Counts,
  left: readonly Leftover[] = [],
): { code: number; counts: Counts; problem?: string } {
  const failedOutside = { ...counts, failed: Math.max(1, counts.failed) };
  if (counts.passed + counts.failed === 0) {
    const problem = `No test ran (deno test ended with status ${code})`;
    return { code: code || 1, counts: failedOutside, problem };
  }
  if (left.length > 0) {
    const named = left.map(({ pid, command }) => `\n  ${pid} ${command}`).join("");
    const problem = `Tests have left processes behind, which is one failure:${named}`;
    return { code: code || 1, counts: { ...counts, failed: counts.failed + 1 }, problem };
  }
  if (code === 0 || counts.failed > 0) return { code, counts };
  const problem = `deno test ended with status ${code} outside of any test: one failure`;
  return { code, counts: failedOutside, problem };
}

function summarize({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** CI runs the tests in another order each time. The seed is ours, since deno does not print its own. */
function shuffle(args: readonly string[]): string[] {
  if (!Deno.env.get("CI") || args.some((arg) => /^--shuffle(=|$)/.test(arg))) return [];
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return [`--shuffle=${seed}`];
}

if (import.meta.main) {
  const { code, summary } = await runTests(Deno.args);
  console.log(summary);
  Deno.exit(code);
}
