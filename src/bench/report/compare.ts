/** A report beside an earlier one: what has changed by more than chance makes it. */
import { GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import {
  type BenchReport,
  type BenchRow,
  type Measurement,
  type Metric,
  METRICS,
  REPORT_FORMAT,
} from "./report.ts";

/** One metric of a row, then and now. */
export interface Comparison {
  readonly row: string;
  readonly metric: Metric;
  /** Medians of the runs. */
  readonly before: number;
  readonly now: number;
  /** How much larger it is now, as part of what it was. */
  readonly change: number;
  /** How much of a change chance alone makes, as part of the median. */
  readonly band: number;
  readonly verdict: "better" | "same" | "worse";
}

export interface ComparedReports {
  readonly comparisons: readonly Comparison[];
  /** What makes the comparison worth less, or is not in both. */
  readonly notes: readonly string[];
}

/** Which way is better. */
const COMPARED: readonly (readonly [Metric, "more" | "less"])[] = [
  ["rps", "more"],
  ["p50", "less"],
  ["p99", "less"],
  ["cpu", "less"],
  ["rss", "less"],
];
/** Two runs that follow each other differ by as much on a quiet machine. */
const BAND_MIN = 0.05;
/** Where there are not runs enough to see how they differ. */
const BAND_UNKNOWN = 0.25;
const RUNS_ENOUGH = 3;

/** Rows are those of the same name and size of arguments. */
export function compareReports(before: BenchReport, now: BenchReport): ComparedReports {
  const notes = differences(before, now);
  const comparisons = now.rows.flatMap((row) => {
    const earlier = before.rows.find((each) => keyOf(each) === keyOf(row));
    if (earlier !== undefined) {
      if (earlier.concurrency !== row.concurrency) {
        notes.push(`${keyOf(row)} had ${earlier.concurrency} at once, has ${row.concurrency}`);
      }
      return compareRows(earlier, row);
    }
    notes.push(`${keyOf(row)} is not in the baseline`);
    return [];
  });
  return { comparisons, notes };
}

export function hasWorsened({ comparisons }: ComparedReports): boolean {
  return comparisons.some(({ verdict }) => verdict === "worse");
}

function compareRows(before: BenchRow, now: BenchRow): readonly Comparison[] {
  return COMPARED.flatMap(([metric, good]) => {
    const [then, today] = [valuesOf(before, metric), valuesOf(now, metric)];
    if (then.length === 0 || today.length === 0) return [];
    const [was, is] = [median(then), median(today)];
    if (was === 0) return [];
    const change = is / was - 1;
    const band = Math.max(bandOf(then), bandOf(today));
    const gain = good === "more" ? change : -change;
    const verdict = gain > band ? "better" : gain < -band ? "worse" : "same";
    return [{ row: keyOf(now), metric, before: was, now: is, change, band, verdict } as const];
  });
}

/** How far runs lie apart, and at least as far as two always do. */
function bandOf(values: readonly number[]): number {
  if (values.length < RUNS_ENOUGH) return BAND_UNKNOWN;
  const spread = (Math.max(...values) - Math.min(...values)) / median(values);
  return Math.max(spread, BAND_MIN);
}

function valuesOf({ runs }: BenchRow, metric: Metric): readonly number[] {
  return runs.map((run: Measurement) => METRICS[metric](run)).filter((value) => value !== null);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function keyOf({ name, argumentBytes }: BenchRow): string {
  return `${name}, ${argumentBytes} B`;
}

function differences(before: BenchReport, now: BenchReport): string[] {
  const notes: string[] = [];
  for (const [which, { machine }] of [["the baseline", before], ["this", now]] as const) {
    if (machine.load > machine.cores / 2) {
      notes.push(
        `${which} was measured beside a load of ${machine.load.toFixed(1)}: it says little`,
      );
    }
  }
  const differs = (what: string, was: unknown, is: unknown) => {
    if (JSON.stringify(was) !== JSON.stringify(is)) {
      notes.push(`${what} was ${JSON.stringify(was)}, is ${JSON.stringify(is)}`);
    }
  };
  for (const key of ["cpu", "cores", "os"] as const) {
    differs(`the machine's ${key}`, before.machine[key], now.machine[key]);
  }
  for (const key of ["loop", "ratePerSec", "without"] as const) {
    differs(key, before.plan[key], now.plan[key]);
  }
  return notes;
}

/**
 * Reads what `--save` or `--json` wrote.
 *
 * @throws {GomcpError} `invalid_request` naming the file and what is wrong with it.
 */
export function parseReport(text: string, file: string): BenchReport {
  const fail = (what: string) =>
    new GomcpError("invalid_request", `Cannot compare with "${file}": ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail("it is no JSON");
  }
  if (!isRecord(value) || value.format !== REPORT_FORMAT) {
    throw fail(`it is no report of a bench, expected "format": "${REPORT_FORMAT}"`);
  }
  const isWhole = isRecord(value.machine) && isRecord(value.plan) && Array.isArray(value.rows) &&
    value.rows.every((row) =>
      isRecord(row) && Array.isArray(row.runs) && row.runs.length > 0 &&
      row.runs.every((run) => isRecord(run) && isRecord(run.latencyUs))
    );
  if (!isWhole) throw fail("a part of it is missing, expected a report as --save writes it");
  return value as unknown as BenchReport;
}
