/** What `gomcp top` shows: the difference of two looks at a server. */
import {
  type CallCounts,
  type CallStatsSnapshot,
  LatencyHistogram,
  type ServerStatus,
} from "../../src/runtime/control.ts";

/** One look. */
export interface Sample {
  readonly status: ServerStatus;
  readonly calls: CallStatsSnapshot;
  /** When it was, by the monotonic clock of the one who looks. */
  readonly atMs: number;
}

/** One line of the table. */
export interface TopRow {
  readonly name: string;
  readonly callsPerSec: number;
  readonly failedPerSec: number;
  readonly refusedPerSec: number;
  /** Milliseconds; undefined where nothing has ended in between. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly inFlight: number;
  /** Calls since the server's start. */
  readonly total: number;
}

export interface TopFrame {
  readonly status: ServerStatus;
  /** All calls. */
  readonly all: TopRow;
  /** The busiest first. */
  readonly tools: readonly TopRow[];
  readonly tenants: readonly TopRow[];
}

export function topFrame(before: Sample, now: Sample): TopFrame {
  const seconds = Math.max((now.atMs - before.atMs) / 1_000, 0.001);
  const tools = rows(before.calls.tools, now.calls.tools, seconds);
  const tenants = rows(before.calls.tenants, now.calls.tenants, seconds);
  const deltas = now.calls.tenants.map((row) => delta(find(before.calls.tenants, row), row));
  return { status: now.status, all: rowOf("all", deltas, seconds), tools, tenants };
}

function rows(
  before: readonly CallCounts[],
  now: readonly CallCounts[],
  seconds: number,
): readonly TopRow[] {
  return now.map((row) => rowOf(row.name, [delta(find(before, row), row)], seconds))
    .sort((a, b) =>
      b.callsPerSec - a.callsPerSec || b.inFlight - a.inFlight || b.total - a.total ||
      (a.name < b.name ? -1 : 1)
    );
}

function find(rows: readonly CallCounts[], { name }: CallCounts): CallCounts | undefined {
  return rows.find((row) => row.name === name);
}

interface Delta {
  readonly calls: number;
  readonly failed: number;
  readonly refused: number;
  readonly inFlight: number;
  readonly total: number;
  readonly latency: readonly (readonly [number, number])[];
}

/** A process that was replaced took its counts with it: what would be negative is nothing. */
function delta(before: CallCounts | undefined, now: CallCounts): Delta {
  const known = new Map(before?.latency);
  const more = (a: number, b = 0) => Math.max(a - b, 0);
  return {
    calls: more(now.calls, before?.calls),
    failed: more(now.failed, before?.failed),
    refused: more(now.refused, before?.refused),
    inFlight: now.inFlight,
    total: now.calls,
    latency: now.latency.map(([at, count]) => [at, more(count, known.get(at))] as const)
      .filter(([, count]) => count > 0),
  };
}

function rowOf(name: string, parts: readonly Delta[], seconds: number): TopRow {
  const sum = (key: "calls" | "failed" | "refused" | "inFlight" | "total") =>
    parts.reduce((total, part) => total + part[key], 0);
  const latency = new LatencyHistogram();
  for (const part of parts) latency.addBuckets(part.latency);
  return {
    name,
    callsPerSec: sum("calls") / seconds,
    failedPerSec: sum("failed") / seconds,
    refusedPerSec: sum("refused") / seconds,
    p50: latency.quantile(0.5),
    p99: latency.quantile(0.99),
    inFlight: sum("inFlight"),
    total: sum("total"),
  };
}
