/** A report as one page: tables and pictures, no script, nothing from the network. */
import {
  type Axis,
  escapeXml,
  lineChart,
  powerTicks,
  roundTicks,
  type Series,
} from "./line_chart.ts";
import { type BenchReport, type BenchRow, errorCount, type Measurement } from "./report.ts";
import { machineLine, planLine } from "./text_report.ts";
import { formatCount, formatMiB, formatUs } from "./units.ts";

const STYLE = `:root{color-scheme:light dark;--text:#222;--soft:#666;--line:#8884;--page:#fff}
@media(prefers-color-scheme:dark){:root{--text:#ddd;--soft:#999;--page:#16181c}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);
margin:2rem auto;max-width:74rem;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2.5rem}p{color:var(--soft)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1rem}
svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:var(--soft)}
svg line{stroke:var(--line)}`;

const HEADINGS = [
  ...["", "at once", "calls/s", "p50", "p90", "p99", "p99.9", "max", "errors"],
  ...["CPU/call", "RSS"],
];

export function htmlReport(report: BenchReport): string {
  const { rows, startedAt, versions } = report;
  const about = Object.entries(versions).map((each) => each.join(" ")).join(", ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>gomcp bench</title>
<style>${STYLE}</style>
</head>
<body>
<h1>gomcp bench</h1>
<p>${[about, machineLine(report), planLine(report), startedAt].map(escapeXml).join("<br>")}</p>
<div class="wide"><table>
<tr>${HEADINGS.map((heading) => `<th>${heading}</th>`).join("")}</tr>
${rows.flatMap((row) => row.runs.map((run, at) => tableLine(row, run, at))).join("\n")}
</table></div>
${rows.map(section).join("\n")}
</body>
</html>
`;
}

function tableLine(row: BenchRow, run: Measurement, at: number): string {
  const { p50, p90, p99, p999, max } = run.latencyUs;
  const { server } = run;
  const number = row.runs.length > 1 ? `, run ${at + 1}` : "";
  const cells = [
    `${row.name}, ${formatCount(row.argumentBytes)} B${number}`,
    formatCount(row.concurrency),
    formatCount(run.callsPerSec),
    ...[p50, p90, p99, p999, max].map(formatUs),
    formatCount(errorCount(run)),
    server === null ? "?" : formatUs(server.cpuUsPerCall),
    server?.rssBytesMax === undefined ? "?" : formatMiB(server.rssBytesMax),
  ];
  return `<tr>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`;
}

function section(row: BenchRow): string {
  const { name, what, argumentBytes, runs, usageUnknown } = row;
  const unknown = usageUnknown === undefined
    ? ""
    : `; CPU and memory are not known: ${usageUnknown}`;
  const errors = runs.flatMap(({ errors }) => Object.entries(errors))
    .map(([code, count]) => `${code} ${formatCount(count)}`).join(", ");
  return `<h2>${escapeXml(`${name}, ${formatCount(argumentBytes)} B`)}</h2>
<p>${escapeXml(what + unknown)}${errors === "" ? "" : `<br>errors: ${escapeXml(errors)}`}</p>
<div class="charts">${throughput(runs)}${percentiles(runs)}</div>`;
}

function throughput(runs: readonly Measurement[]): string {
  const series = seriesOf(
    runs,
    ({ timeline }) => timeline.map(({ atMs, callsPerSec }) => [atMs / 1_000, callsPerSec] as const),
  );
  return lineChart({
    title: "calls a second, over time",
    x: linear("seconds", roundTicks(largest(series, 0)), (value) => String(+value.toFixed(3))),
    y: linear("calls/s", roundTicks(largest(series, 1)), formatCount),
    series,
  });
}

/** Each nine takes as much room as the one before it. */
const NINES: Axis = {
  label: "per cent of calls",
  place: (percent) => -Math.log10(1 - Math.min(percent, 99.9999) / 100),
  ticks: [0, 90, 99, 99.9, 99.99, 99.999],
  format: (percent) => `${percent} %`,
};

function percentiles(runs: readonly Measurement[]): string {
  const least = NINES.ticks.at(-1)!;
  const series = seriesOf(
    runs,
    ({ curve }) => curve.filter(([percent, us]) => percent <= least && us > 0),
  );
  const ticks = powerTicks(series.flatMap(({ points }) => points.map(([, us]) => us)));
  return lineChart({
    title: "latency below which so many are",
    x: NINES,
    y: { label: "latency", place: Math.log10, ticks, format: formatUs },
    series,
  });
}

function seriesOf(
  runs: readonly Measurement[],
  points: (run: Measurement) => Series["points"],
): readonly Series[] {
  return runs.map((run, at) => ({ name: `run ${at + 1}`, points: points(run) }));
}

function linear(label: string, ticks: readonly number[], format: Axis["format"]): Axis {
  return { label, place: (value) => value, ticks, format };
}

function largest(series: readonly Series[], member: 0 | 1): number {
  return Math.max(0, ...series.flatMap(({ points }) => points.map((point) => point[member])));
}
