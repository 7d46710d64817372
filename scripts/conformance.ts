/**
 * Runs MCP's own conformance suite against the real program: every revision that the suite knows,
 * and what the newest two demand of a server for tier 1, with the tasks extension's scenarios. Ends with the line `N passed, N failed`
 * over all checks that are scored:
 * `deno task conformance [--requirements] [--through=http|stdio] [revision...]`; with `--through`,
 * the fixtures are served by another gomcp, and this one has them as an upstream.
 */
import { startServer } from "../tests/support/server.ts";
import { startThrough, type Way, WAYS } from "../tests/support/through.ts";
import { report } from "./conformance/report.ts";
import { runSuite } from "./conformance/run_suite.ts";

const FIXTURES = ["everything", "tasks"].map((name) =>
  new URL(`../tests/conformance/${name}.ts`, import.meta.url).pathname
);
const REVISIONS = ["2025-06-18", "2025-11-25", "2026-07-28"];
const REQUIREMENTS = ["2025-11-25", "2026-07-28"];

/** One run of the suite. */
interface Plan {
  readonly title: string;
  /** The suite's own arguments. */
  readonly select: readonly string[];
}

/** What the arguments ask for; undefined when that is nothing that there is. */
export function plan(args: readonly string[]): Plan[] | undefined {
  const onlyRequired = args.includes("--requirements");
  const named = args.filter((arg) => arg !== "--requirements" && wayOf([arg]) === undefined);
  const known = onlyRequired ? REQUIREMENTS : REVISIONS;
  if (named.some((each) => !known.includes(each))) return undefined;
  const isWanted = (revision: string) => named.length === 0 || named.includes(revision);
  const whole = onlyRequired ? [] : REVISIONS.filter(isWanted);
  return [
    ...whole.map((revision) => ({
      title: revision,
      select: ["--suite", "all", "--spec-version", revision],
    })),
    ...REQUIREMENTS.filter(isWanted).map((revision) => ({
      title: `requirements ${revision}`,
      select: ["--requirements", revision],
    })),
  ];
}

/** How an upstream with the fixtures is reached; undefined where they are served directly. */
function wayOf(args: readonly string[]): Way | undefined {
  return WAYS.find((way) => args.includes(`--through=${way}`));
}

async function conformance(args: readonly string[]): Promise<number> {
  const runs = plan(args);
  if (runs === undefined) {
    console.error(
      `Usage: conformance [--requirements] [--through=http|stdio] [${REVISIONS.join(" | ")}]`,
    );
    return 64;
  }
  const tools = FIXTURES.flatMap((path) => ["--tools", path]);
  const way = wayOf(args);
  await using server = way === undefined
    ? await startServer({ args: tools })
    : await startThrough(way, tools);
  let passed = 0, failed = 0;
  for (const { title, select } of runs) {
    // Tools of an upstream are no tasks.
    const claims = (name: string) => way === undefined && name.startsWith("tasks-");
    const run = report(await runSuite(`${server.url}/mcp`, title, select, claims));
    for (const line of run.lines) console.log(line);
    passed += run.passed;
    failed += run.failed;
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await conformance(Deno.args));
