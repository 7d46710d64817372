/** A report as text for a terminal. */
import type { FailedAssertion } from "./assertions.ts";
import { shown } from "./assertions.ts";
import type { ComparedReports } from "./compare.ts";
import { type BenchReport, type BenchRow, type Measurement, middleRun } from "./report.ts";
import { sparkline } from "./sparkline.ts";
import { formatChange, formatCount, formatMiB, formatUs } from "./units.ts";

const SPARK_WIDTH = 24;
const HEADINGS = [
  "",
  "at once",
  "calls/s",
  "p50",
  "p90",
  "p99",
  "p99.9",
  "max",
  "errors",
  "CPU/call",
  "RSS",
];
/** A generator that is this busy may be what is measured. */
const BUSY_CORES = 0.9;

export function textReport(report: BenchReport): string {
  const { rows } = report;
  const cells = [[...HEADINGS, "p99 over time"], ...rows.map(cellsOf)];
  const lines = [headLine(report), machineLine(report), planLine(report), "", ...table(cells)];
  return [...lines, ...rows.flatMap(notesOf)].join("\n");
}

function headLine({ versions }: BenchReport): string {
  return `gomcp bench: ${Object.entries(versions).map((each) => each.join(" ")).join(", ")}`;
}

export function machineLine({ machine }: BenchReport): string {
  const { os, cpu, cores, memoryBytes, load } = machine;
  const busy = load > cores / 2 ? ": others use it, so figures say little" : "";
  return `${cpu}, ${cores} cores, ${formatMiB(memoryBytes)}, ${os}; load before ${
    load.toFixed(1)
  }${busy}`;
}

export function planLine({ plan }: BenchReport): string {
  const { loop, ratePerSec, durationMs, warmupMs, repeat, without } = plan;
  const rate = ratePerSec === null ? "" : `, ${formatCount(ratePerSec)} calls/s asked for`;
  const runs = repeat === 1 ? "" : `, ${repeat} runs (shown: the middle one)`;
  const off = without.length === 0 ? "" : `, without ${without.join(", ")}`;
  return `${loop} loop${rate}, ${durationMs / 1_000} s after ${warmupMs / 1_000} s${runs}${off}`;
}

function cellsOf(row: BenchRow): readonly string[] {
  const run = middleRun(row);
  const { p50, p90, p99, p999, max } = run.latencyUs;
  const { server } = run;
  const errors = Object.values(run.errors).reduce((sum, count) => sum + count, 0);
  return [
    `${row.name} ${formatCount(row.argumentBytes)} B`,
    formatCount(row.concurrency),
    formatCount(run.callsPerSec),
    ...[p50, p90, p99, p999, max].map(formatUs),
    formatCount(errors),
    server === null ? "?" : formatUs(server.cpuUsPerCall),
    server?.rssBytesMax === undefined ? "?" : formatMiB(server.rssBytesMax),
    sparkline(run.timeline.map((point) => point.p99), SPARK_WIDTH),
  ];
}

function notesOf(row: BenchRow): string[] {
  const run = middleRun(row);
  const { name, what, usageUnknown, callsPerRequest, runs } = row;
  const notes = [`${name}: ${what}`];
  if (callsPerRequest > 1) notes.push(`  times are those of requests of ${callsPerRequest} calls`);
  if (runs.length > 1) notes.push(`  ${spreadOf(runs)}`);
  const codes = Object.entries(run.errors).map(([code, count]) => `${code} ${formatCount(count)}`);
  if (codes.length > 0) notes.push(`  errors: ${codes.join(", ")}`);
  if (usageUnknown !== undefined) notes.push(`  CPU and memory are not known: ${usageUnknown}`);
  const busy = run.generator?.cores ?? 0;
  if (busy >= BUSY_CORES) {
    notes.push(
      `  the generator took ${busy.toFixed(2)} of a core: it may be what bounds calls/s;` +
        " CPU/call is the server's alone",
    );
  }
  return ["", ...notes];
}

function spreadOf(runs: readonly Measurement[]): string {
  const rates = runs.map((run) => run.callsPerSec);
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  return `${runs.length} runs: ${formatCount(least)} to ${formatCount(most)} calls/s`;
}

/** The first and the last column stand on the left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row.map((cell, at) =>
      at === 0 || at === row.length - 1 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
    ).join("  ").trimEnd()
  );
}

export function textComparison({ comparisons, notes }: ComparedReports): string {
  const lines = comparisons.map(({ row, metric, before, now, change, band, verdict }) => [
    row,
    metric,
    shown(metric, before),
    shown(metric, now),
    formatChange(change),
    `±${(band * 100).toFixed(1)} %`,
    verdict,
  ]);
  const heading = ["compared with the baseline", "", "before", "now", "change", "noise", ""];
  return ["", ...table([heading, ...lines]), ...notes.map((note) => `note: ${note}`)].join("\n");
}

export function textFailures(failures: readonly FailedAssertion[]): readonly string[] {
  return failures.map(({ text, row, actual }) =>
    `${row}: ${text} does not hold, it ${/^(is|was) /.test(actual) ? actual : `is ${actual}`}`
  );
}
