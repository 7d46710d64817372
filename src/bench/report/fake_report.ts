/** Reports as tests need them. */
import type { BenchReport, Measurement } from "./report.ts";

/** A run at that speed, with that p99 in microseconds. */
export function fakeRun(
  callsPerSec: number,
  p99 = 100,
  more: Partial<Measurement> = {},
): Measurement {
  return {
    callsPerSec,
    results: callsPerSec,
    errors: {},
    elapsedMs: 1_000,
    latencyUs: { min: 1, mean: 50, p50: 40, p90: 80, p99, p999: p99 * 2, max: p99 * 3 },
    curve: [[0, 1], [50, 40], [99, p99], [100, p99 * 3]],
    timeline: [{ atMs: 500, callsPerSec, errors: 0, p50: 40, p99 }],
    server: { cpuUsPerCall: 10, cores: 1, rssBytesMax: 100 * 1_048_576 },
    generator: { cpuUsPerCall: 5, cores: 0.5 },
    ...more,
  };
}

/** A report of one row. */
export function fakeReport(runs: readonly Measurement[], name = "http"): BenchReport {
  return {
    format: "gomcp-bench/1",
    startedAt: "2026-01-01T00:00:00.000Z",
    versions: { gomcp: "1.0.0" },
    machine: { os: "linux", cpu: "one", cores: 2, memoryBytes: 1_048_576, load: 0 },
    plan: {
      loop: "closed",
      ratePerSec: null,
      durationMs: 1_000,
      warmupMs: 0,
      repeat: runs.length,
      without: [],
    },
    rows: [{
      name,
      what: 'calls <b>&"',
      argumentBytes: 51,
      concurrency: 32,
      callsPerRequest: 1,
      runs,
    }],
  };
}
