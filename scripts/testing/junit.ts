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
