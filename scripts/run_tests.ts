/**
 * Runs `deno test` on the project and ends with one plain line, `N passed, N failed[, N skipped]`,
 * that every log reader understands: `deno run -A scripts/run_tests.ts [arguments of deno test]`.
 */
import { type Counts, readJunit } from "./testing/junit.ts";

/** How a run ended: the status to exit with, and its closing line. */
export interface TestRun {
  readonly code: number;
  readonly summary: string;
}

/** Runs the tests in the current folder, with their output shown as it comes. */
export async function runTests(args: readonly string[]): Promise<TestRun> {
  const junit = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const order = shuffle(args);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", `--junit-path=${junit}`, ...order, ...args],
    }).spawn().status;
    const run = judge(code, readJunit(await Deno.readTextFile(junit)));
    // The seed stands near the end, where the reader of a failed run looks first.
    if (order.length > 0) console.log(`shuffled: repeat this order with ${order.join(" ")}`);
    if (run.problem) console.error(run.problem);
    return { code: run.code, summary: summarize(run.counts) };
  } finally {
    await Deno.remove(junit);
  }
}

/**
 * The verdict on a run. One that fails outside of any test (it does not compile, a module throws,
 * the process dies, no test was chosen) counts as one failure: no failed run may say "0 failed".
 */
export function judge(
  code: number,
  counts: Counts,
): { code: number; counts: Counts; problem?: string } {
  const failedOutside = { ...counts, failed: Math.max(1, counts.failed) };
  if (counts.passed + counts.failed === 0) {
    const problem = `No test ran (deno test ended with status ${code})`;
    return { code: code || 1, counts: failedOutside, problem };
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
