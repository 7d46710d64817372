/** What the conformance suite found, counted and told in a few lines. */

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

/** What became of one run of the suite. */
export interface SuiteRun {
  readonly title: string;
  readonly scenarios: readonly ScenarioRun[];
  /** How the suite ended. */
  readonly code: number;
  /** What it printed. */
  readonly output: string;
}

/** The checks that count. A suite that broke off counts as one failure. */
export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly lines: readonly string[];
}

/**
 * One line for the run, below it one for each check that fails or warns, and one for each
 * scenario that fails without being scored.
 */
export function report(run: SuiteRun): Report {
  const scored = run.scenarios.filter((each) => each.scored);
  const passing = scored.filter((each) => failuresOf(each).length === 0).length;
  const failed = scored.flatMap(failuresOf).length;
  const passed = scored.flatMap(({ checks }) => checks.filter(isSuccess)).length;
  const lines = [
    `${run.title}: ${passed} passed, ${failed} failed (${passing} of ${scored.length} scenarios)`,
    ...run.scenarios.flatMap(linesOf),
  ];
  // A suite that breaks off must not look like one that found nothing.
  if (passed === 0 || (run.code !== 0 && failed === 0)) {
    lines.push(`  the suite ended with status ${run.code}:`, run.output.slice(-2_000));
    return { passed, failed: failed + 1, lines };
  }
  return { passed, failed, lines };
}

function linesOf(scenario: ScenarioRun): string[] {
  const { name, checks, scored } = scenario;
  if (scored) return checks.flatMap((check) => checkLine(name, check));
  const failures = failuresOf(scenario);
  if (failures.length === 0) return [];
  const ids = failures.map(({ id }) => id).join(", ");
  return [`  (not scored) ✗ ${name}: ${failures.length} of ${checks.length} checks fail: ${ids}`];
}

function checkLine(name: string, check: Check): string[] {
  const mark = check.status === "FAILURE" ? "✗" : check.status === "WARNING" ? "!" : undefined;
  if (mark === undefined) return [];
  const why = (check.errorMessage ?? check.description ?? "no message").replaceAll(/\s+/g, " ");
  return [`  ${mark} ${name}: ${check.id}: ${why}`];
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
