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
  return [...Map.groupBy(readCases(xml), ({ file }) => file)].map(([name, cases]) => ({
    name,
    seconds: cases.reduce((sum, { seconds }) => sum + seconds, 0),
  })).sort((a, b) => b.seconds - a.seconds);
}

/** A test of a report, once. */
export interface CaseResult {
  readonly file: string;
  readonly name: string;
  readonly seconds: number;
  readonly failed: boolean;
}

/** All tests of a report; steps are not told apart. */
export function readCases(xml: string): CaseResult[] {
  const cases = [...xml.matchAll(CASE)].map(([, name, file, time, rest]) => ({
    file: unescaped(file!),
    name: unescaped(name!),
    seconds: Number(time),
    failed: /<(failure|error)\b/.test(rest ?? ""),
  }));
  const names = new Set(cases.map(({ name }) => name));
  return cases.filter(({ name }) =>
    !name.matchAll(/ > /g).some(({ index }) => names.has(name.slice(0, index)))
  );
}

const CASE =
  /<testcase name="([^"]*)" classname="([^"]*)" time="([\d.]+)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ENTITIES[name]!);
}
