/** Counts tests in the report that `deno test --junit-path` writes. */

/** How many tests there were of each outcome. A step counts as a test. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Ignored, filtered out, or never reached. */
  readonly skipped: number;
}

/** The counts of a whole report. An empty text, of a run that never began, counts nothing. */
export function readJunit(xml: string): Counts {
  let tests = 0, failed = 0, skipped = 0;
  for (const [suite] of xml.matchAll(/<testsuite [^>]*>/g)) {
    tests += attribute(suite, "tests");
    failed += attribute(suite, "failures") + attribute(suite, "errors");
    skipped += attribute(suite, "disabled");
  }
  return { passed: tests - failed - skipped, failed, skipped };
}

function attribute(tag: string, name: string): number {
  return Number(new RegExp(` ${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
}

/** How long the tests of a file took, one after the other. */
export interface FileTime {
  readonly name: string;
  readonly seconds: number;
}

/** The files of a report, the slowest first. The time of a step is part of its test's. */
export function slowestFiles(xml: string): FileTime[] {
  const files = Map.groupBy(
    xml.matchAll(/<testcase name="([^"]*)" classname="([^"]*)" time="([\d.]+)"/g),
    ([, , file]) => file!,
  );
  return [...files].map(([name, cases]) => ({ name, seconds: testSeconds(cases) }))
    .sort((a, b) => b.seconds - a.seconds);
}

function testSeconds(cases: readonly RegExpExecArray[]): number {
  const names = new Set(cases.map(([, name]) => name!));
  const tests = cases.filter(([, name]) => !isStep(name!, names));
  return tests.reduce((sum, [, , , time]) => sum + Number(time), 0);
}

/** A step's name begins with that of the test, or the step, that it is part of. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  return name.matchAll(/ &gt; /g).some(({ index }) => names.has(name.slice(0, index)));
}
