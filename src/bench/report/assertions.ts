/** What a run must come to: "p99<5ms,rps>100000,errors=0". */
import { GomcpError } from "../../base/errors.ts";
import { parseSize } from "../../base/size.ts";
import { type BenchReport, type Metric, METRICS, middleRun } from "./report.ts";
import { formatCount, formatMiB, formatUs } from "./units.ts";

/** One condition. */
export interface Assertion {
  /** As it was said. */
  readonly text: string;
  /** The rows that it is about; undefined for all. */
  readonly row: string | undefined;
  readonly metric: Metric;
  readonly holds: (value: number) => boolean;
}

/** A condition that a row does not meet. */
export interface FailedAssertion {
  readonly text: string;
  readonly row: string;
  /** What it is instead. */
  readonly actual: string;
}

const FORM = /^(?:([a-z][a-z_-]*):)?([a-z][a-z0-9.]*)(<=|>=|<|>|=)([0-9].*)$/;
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
};
const UNIT_US: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  ms: 1_000,
  s: 1_000_000,
};
/** Other words for metrics. */
const ALIASES: Readonly<Record<string, Metric>> = { p999: "p99.9", error: "errors" };

/**
 * Reads conditions that commas part; "http:p99<5ms" is about the rows of that name alone.
 *
 * @throws {GomcpError} `invalid_request` naming the condition and what it takes.
 */
export function parseAssertions(text: string): readonly Assertion[] {
  return text.split(",").map((part) => parseOne(part.trim()));
}

function parseOne(text: string): Assertion {
  const match = FORM.exec(text);
  if (match === null) throw wrong(text, 'expected such as "p99<5ms", "rps>100000" or "errors=0"');
  const [, row, name = "", sign = "", said = ""] = match;
  const metric = ALIASES[name] ?? name;
  if (!isMetric(metric)) {
    throw wrong(text, `"${name}" is none of ${Object.keys(METRICS).join(", ")}`);
  }
  const bound = parseBound(text, metric, said);
  return { text, row, metric, holds: (value) => COMPARE[sign]!(value, bound) };
}

function parseBound(text: string, metric: Metric, said: string): number {
  if (metric === "rss") return parseSize(said);
  const match = /^(\d+(?:\.\d+)?)([a-zµ]*)$/.exec(said);
  if (match === null) throw wrong(text, `"${said}" is no number`);
  const [, digits, unit = ""] = match;
  const isTime = metric !== "rps" && metric !== "errors";
  const factor = isTime ? UNIT_US[unit] : unit === "" ? 1 : undefined;
  if (factor !== undefined) return Number(digits) * factor;
  throw wrong(text, isTime ? `"${said}" needs a unit: ns, us, ms or s` : `"${said}" has a unit`);
}

/** What does not hold. A figure that is not known holds for nothing. */
export function checkAssertions(
  assertions: readonly Assertion[],
  { rows }: Pick<BenchReport, "rows">,
): readonly FailedAssertion[] {
  return assertions.flatMap((assertion) => {
    const { text, row, metric, holds } = assertion;
    const meant = rows.filter(({ name }) => row === undefined || name === row);
    if (meant.length === 0) return [{ text, row: row!, actual: "was not measured" }];
    return meant.flatMap((each) => {
      const value = METRICS[metric](middleRun(each));
      if (value !== null && holds(value)) return [];
      return [{
        text,
        row: each.name,
        actual: value === null ? "is not known" : shown(metric, value),
      }];
    });
  });
}

export function shown(metric: Metric, value: number): string {
  if (metric === "rss") return formatMiB(value);
  return metric === "rps" || metric === "errors" ? formatCount(value) : formatUs(value);
}

function isMetric(name: string): name is Metric {
  return Object.hasOwn(METRICS, name);
}

function wrong(text: string, what: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot read --assert "${text}": ${what}`);
}
