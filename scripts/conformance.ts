/**
 * Runs MCP's own conformance suite against the real program, one revision after the other:
 * `deno task conformance [--requirements] [revision...]`. With `--requirements` it runs what
 * a revision demands of a server for tier 1, and tells what is not scored apart.
 */
import { startServer } from "../tests/support/server.ts";

/** The suite, pinned: it changes what it checks from one release to the next. */
const SUITE = "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12";
const FIXTURES = new URL("../tests/conformance/everything.ts", import.meta.url).pathname;
const REVISIONS = ["2025-06-18", "2025-11-25", "2026-07-28"];
const REQUIREMENTS = ["2025-11-25", "2026-07-28"];

/** What the suite writes of each thing that it looked at. */
export interface Check {
  readonly id: string;
  readonly status: string;
  readonly description?: string;
  readonly errorMessage?: string;
}

/** What became of one scenario. */
export interface ScenarioRun {
  readonly name: string;
  readonly checks: readonly Check[];
  readonly scored: boolean;
}

/** What became of one revision. */
export interface RevisionRun {
  readonly title: string;
  readonly scenarios: readonly ScenarioRun[];
  /** How the suite ended. */
  readonly code: number;
  /** What it printed. */
  readonly output: string;
}

/** One line for the revision and one for each failing check below it; true when all is well. */
export function report(run: RevisionRun): { readonly ok: boolean; readonly lines: string[] } {
  const scored = run.scenarios.filter((each) => each.scored);
  const passing = scored.filter((each) => failuresOf(each).length === 0);
  const failed = scored.flatMap(failuresOf).length;
  const passed = scored.flatMap(({ checks }) => checks.filter(isSuccess)).length;
  const lines = [
    `${run.title}: ${passed} passed, ${failed} failed (${passing.length} of ${scored.length} scenarios)`,
    ...run.scenarios.flatMap((each) => failuresOf(each).map((check) => failureLine(each, check))),
  ];
  // A suite that breaks off must not look like one that found nothing.
  const broken = scored.length === 0 || (run.code !== 0 && failed === 0);
  if (broken) lines.push(`  the suite ended with status ${run.code}:`, run.output.slice(-2_000));
  return { ok: failed === 0 && !broken, lines };
}

function failureLine({ name, scored }: ScenarioRun, check: Check): string {
  const why = (check.errorMessage ?? check.description ?? "no message").replaceAll(/\s+/g, " ");
  return `  ${scored ? "✗" : "(not scored) ✗"} ${name}: ${check.id}: ${why}`;
}

function failuresOf({ checks }: ScenarioRun): Check[] {
  return checks.filter(({ status }) => status === "FAILURE");
}

function isSuccess({ status }: Check): boolean {
  return status === "SUCCESS";
}

/** The scenarios that the suite runs but does not score; it lists them behind its total. */
export function notScored(output: string): Set<string> {
  const [, list = ""] = output.split(/^Not scored for .*$/m);
  return new Set([...list.matchAll(/^\s+[✓✗] (\S+) \(/gm)].map((match) => match[1]!));
}

async function runRevision(url: string, title: string, select: readonly string[]) {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-conformance-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      // deno-fmt-ignore: the suite's own arguments stand on the second line.
      args: [
        "run", "-A", "--no-lock", "--no-config", SUITE,
        "server", "--url", url, ...select, "-o", folder,
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { title, code, output, scenarios: await readScenarios(folder, notScored(output)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A folder for each scenario, named `server-<scenario>-<time>`. */
async function readScenarios(folder: string, extra: ReadonlySet<string>): Promise<ScenarioRun[]> {
  const scenarios: ScenarioRun[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const name = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(entry.name)?.[1];
    if (name === undefined) continue;
    const checks = JSON.parse(await Deno.readTextFile(`${folder}/${entry.name}/checks.json`));
    scenarios.push({ name, checks, scored: !extra.has(name) });
  }
  return scenarios.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function conformance(args: readonly string[]): Promise<number> {
  const required = args.includes("--requirements");
  const known = required ? REQUIREMENTS : REVISIONS;
  const named = args.filter((arg) => arg !== "--requirements");
  if (named.some((each) => !known.includes(each))) {
    console.error(`Usage: conformance [--requirements] [${known.join(" | ")}]`);
    return 64;
  }
  const revisions = named.length > 0 ? named : known;
  await using server = await startServer({ args: ["--tools", FIXTURES] });
  let ok = true;
  for (const revision of revisions) {
    const [title, select] = required
      ? [`requirements ${revision}`, ["--requirements", revision]]
      : [revision, ["--suite", "all", "--spec-version", revision]];
    const { ok: well, lines } = report(await runRevision(`${server.url}/mcp`, title, select));
    for (const line of lines) console.log(line);
    ok &&= well;
  }
  return ok ? 0 : 1;
}

if (import.meta.main) Deno.exit(await conformance(Deno.args));
