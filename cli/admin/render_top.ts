/** The table of `gomcp top` as lines of text that fit. */
import { formatDuration } from "../../src/base/duration.ts";
import type { TopFrame, TopRow } from "./top_frame.ts";

export interface Size {
  readonly columns: number;
  /** Infinity where lines scroll. */
  readonly rows: number;
}

const NAME_MIN = 20;
/** Heading and text of a cell, from the left; what does not fit is left out from the right. */
const COLUMNS: readonly (readonly [heading: string, cell: (row: TopRow) => string])[] = [
  ["CALLS/S", (row) => rate(row.callsPerSec)],
  ["P50", (row) => latency(row.p50)],
  ["P99", (row) => latency(row.p99)],
  ["OPEN", (row) => String(row.inFlight)],
  ["FAILED/S", (row) => rate(row.failedPerSec)],
  ["REFUSED/S", (row) => rate(row.refusedPerSec)],
  ["TOTAL", (row) => String(row.total)],
];
const CELL = 10;
const HOSTS_SHOWN = 4;
/** With its cells it fits the narrowest of usual terminals. */
const MODULE_WIDTH = 20;

export function renderTop(frame: TopFrame, { columns, rows }: Size): readonly string[] {
  const head = headLines(frame);
  const more = [...hostLines(frame), ...processLines(frame)];
  // Tools have what tenants do not need, and at least half of what is left.
  const left = Math.max(rows - head.length - more.length - 4, 2);
  const tenants = Math.min(
    frame.tenants.length,
    Math.max(Math.floor(left / 3), left - frame.tools.length),
  );
  const lines = [
    ...head,
    "",
    ...table("TOOL", frame.tools, left - tenants, columns),
    "",
    ...table("TENANT", frame.tenants, tenants, columns),
    ...more,
  ];
  return lines.slice(0, rows).map((line) => clip(printable(line), columns));
}

function headLines({ status, all }: TopFrame): string[] {
  const { calls, generations, reload, memory } = status;
  const failed = reload.failed === 0 ? "" : ` (${reload.failed} failed)`;
  const up = formatDuration(Math.max(1_000, Math.round(status.uptimeMs / 1_000) * 1_000));
  const waits = reload.waiting.length === 0 ? "" : ", modules wait for a restart";
  return [
    `gomcp ${status.pid} ${status.url ?? status.mode}: ${status.state}, up ${up}`,
    `calls ${rate(all.callsPerSec)}/s, p50 ${latency(all.p50)}, p99 ${latency(all.p99)}, ` +
    `failed ${rate(all.failedPerSec)}/s, refused ${rate(all.refusedPerSec)}/s`,
    `running ${calls.running}, queued ${calls.queued}, abandoned ${calls.abandoned}, late ${calls.expired}`,
    `generation ${generations.current}, ${reload.reloads} reloads${failed}${waits}, ` +
    `${mebibytes(memory.rssBytes)} resident, ${mebibytes(memory.heapUsedBytes)} heap`,
  ];
}

/** Those with something to do or amiss first; a few are enough to look at. */
function hostLines({ status: { hosts = [] } }: TopFrame): string[] {
  if (hosts.length === 0) return [];
  const loadOf = (each: typeof hosts[number]) =>
    each.hosts.reduce((sum, { open }) => sum + open, 0) + each.waiting;
  const rows = hosts.toSorted((a, b) =>
    Number(a.isReady) - Number(b.isReady) || loadOf(b) - loadOf(a)
  ).slice(0, HOSTS_SHOWN).map(({ module, isReady, hosts, waiting, lost }) => {
    const open = hosts.reduce((sum, host) => sum + host.open, 0);
    const calls = hosts.reduce((sum, host) => sum + host.calls, 0);
    const name = module.length >= MODULE_WIDTH ? `…${module.slice(2 - MODULE_WIDTH)}` : module;
    const cells = [isReady ? "ready" : "failed", hosts.length, lost, open, waiting, calls];
    return `${name.padEnd(MODULE_WIDTH)}${cells.map(cell).join("")}`;
  });
  const heading = ["STATE", "HOSTS", "RESTARTS", "OPEN", "WAITING", "CALLS"].map(cell).join("");
  return ["", `${"MODULE".padEnd(MODULE_WIDTH)}${heading}`, ...rows];
}

function processLines({ status: { processes = [] } }: TopFrame): string[] {
  if (processes.length === 0) return [];
  const rows = processes.map(({ id, pid, state, restarts, status }) => {
    const open = status === undefined ? "-" : String(status.calls.running);
    const rss = status === undefined ? "-" : mebibytes(status.memory.rssBytes);
    return `${id.padEnd(14)}${[pid, state, open, restarts, rss].map(cell).join("")}`;
  });
  const heading = ["PID", "STATE", "RUNNING", "RESTARTS", "RESIDENT"].map(cell).join("");
  return ["", `${"PROCESS".padEnd(14)}${heading}`, ...rows];
}

function table(what: string, rows: readonly TopRow[], max: number, columns: number): string[] {
  const fitting = COLUMNS.slice(0, Math.max(1, Math.floor((columns - NAME_MIN) / CELL)));
  const width = Math.max(columns - fitting.length * CELL, NAME_MIN);
  const shown = rows.length > max ? rows.slice(0, Math.max(max - 1, 0)) : rows;
  const lines = shown.map((row) =>
    clip(printable(row.name), width - 1).padEnd(width) +
    fitting.map(([, text]) => cell(text(row))).join("")
  );
  const hidden = rows.length - shown.length;
  return [
    what.padEnd(width) + fitting.map(([heading]) => cell(heading)).join(""),
    ...lines,
    ...(hidden > 0 ? [`… and ${hidden} more`] : []),
  ];
}

function cell(text: string | number): string {
  return String(text).padStart(CELL);
}

function rate(perSec: number): string {
  return perSec === 0 ? "0" : perSec < 9.95 ? perSec.toFixed(1) : String(Math.round(perSec));
}

function latency(ms: number | undefined): string {
  if (ms === undefined) return "-";
  if (ms < 1) return `${Math.round(ms * 1_000)}us`;
  if (ms < 100) return `${ms.toFixed(1)}ms`;
  return ms < 10_000 ? `${Math.round(ms)}ms` : `${Math.round(ms / 1_000)}s`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)}M`;
}

function clip(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(columns - 1, 0))}…`;
}

/** Names of resources are their authors'; none of them may steer the terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- these are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
}
