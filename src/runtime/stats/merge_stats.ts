/** The counts of several processes as one. */
import type { CallCounts, CallStatsSnapshot, ProblemCounts } from "./call_stats.ts";
import { LatencyHistogram } from "./latency.ts";

/** Adds up what several processes have counted. */
export function mergeStats(parts: readonly CallStatsSnapshot[]): CallStatsSnapshot {
  return {
    tools: mergeRows(parts.flatMap(({ tools }) => tools)),
    tenants: mergeRows(parts.flatMap(({ tenants }) => tenants)),
    problems: mergeProblems(parts.flatMap(({ problems }) => problems)),
  };
}

function mergeProblems(rows: readonly ProblemCounts[]): readonly ProblemCounts[] {
  const byCode = new Map<ProblemCounts["code"], number>();
  for (const { code, calls } of rows) byCode.set(code, (byCode.get(code) ?? 0) + calls);
  return [...byCode].map(([code, calls]) => ({ code, calls }));
}

function mergeRows(rows: readonly CallCounts[]): readonly CallCounts[] {
  const byName = new Map<string, CallCounts[]>();
  for (const row of rows) {
    const same = byName.get(row.name);
    if (same === undefined) byName.set(row.name, [row]);
    else same.push(row);
  }
  return [...byName.values()].map((same) => same.length === 1 ? same[0]! : sum(same));
}

function sum(rows: readonly CallCounts[]): CallCounts {
  const of = (key: "calls" | "refused" | "failed" | "inFlight") =>
    rows.reduce((total, row) => total + row[key], 0);
  const latency = new LatencyHistogram();
  for (const row of rows) latency.addBuckets(row.latency, row.latencySumMs);
  return {
    name: rows[0]!.name,
    calls: of("calls"),
    refused: of("refused"),
    failed: of("failed"),
    inFlight: of("inFlight"),
    latency: latency.buckets(),
    latencySumMs: latency.sumMs,
  };
}
