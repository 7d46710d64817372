/** What a bench has measured, as data: what `--json` prints and `--save` keeps. */
import type { LatencySummary } from "../load/latencies.ts";
import type { LoadResult } from "../load/generate_load.ts";
import type { TimelinePoint } from "../load/recorder.ts";

export const REPORT_FORMAT = "gomcp-bench/1";

/** What processes took while they were measured. */
export interface Usage {
  /** Microseconds of processor time for one call that ended, whatever its end. */
  readonly cpuUsPerCall: number;
  /** Processors that were busy on average. */
  readonly cores: number;
  /** The most memory that was resident, of all processes together; of the generator, undefined. */
  readonly rssBytesMax?: number;
}

/** One run. Latencies are microseconds. */
export interface Measurement {
  /** Results, that is calls without an error, a second. */
  readonly callsPerSec: number;
  readonly results: number;
  /** By code: other ends of calls. */
  readonly errors: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
  readonly latencyUs: LatencySummary;
  /** Pairs of per cent and microseconds. */
  readonly curve: readonly (readonly [percent: number, us: number])[];
  readonly timeline: readonly TimelinePoint[];
  /** Null where it cannot be known; in process it is that of server and generator together. */
  readonly server: Usage | null;
  /** Null where the server is the same process. */
  readonly generator: Usage | null;
}

/** A way in, a size of payload: what was run, once or several times. */
export interface BenchRow {
  /** Such as "http" or "supervisor". */
  readonly name: string;
  /** What it is, in a few words. */
  readonly what: string;
  /** Bytes of the arguments as JSON. */
  readonly argumentBytes: number;
  /** Calls that were open at once, at most. */
  readonly concurrency: number;
  /** Calls that one request has, where it is more than one. */
  readonly callsPerRequest: number;
  /** Why the server's usage is not known; undefined where it is. */
  readonly usageUnknown?: string;
  readonly runs: readonly Measurement[];
}

/** The machine, as far as it tells. */
export interface Machine {
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Of the last minute, before the bench; above the number of cores, figures say little. */
  readonly load: number;
}

/** How load was made. */
export interface BenchPlan {
  readonly loop: "closed" | "open";
  readonly ratePerSec: number | null;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly repeat: number;
  /** Protections that were switched off. */
  readonly without: readonly string[];
}

export interface BenchReport {
  readonly format: typeof REPORT_FORMAT;
  readonly startedAt: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Machine;
  readonly plan: BenchPlan;
  readonly rows: readonly BenchRow[];
}

/** One run as it is reported. A request of several calls counts as these. */
export function measurementOf(
  { recorder, elapsedMs }: LoadResult,
  callsPerRequest: number,
  server: Usage | null,
  generator: Usage | null,
): Measurement {
  const results = recorder.results * callsPerRequest;
  return {
    callsPerSec: elapsedMs > 0 ? results / elapsedMs * 1_000 : 0,
    results,
    errors: Object.fromEntries(recorder.errors),
    elapsedMs,
    latencyUs: recorder.latencies.summary(),
    curve: recorder.latencies.curve(),
    timeline: recorder.timeline.map((point) => ({
      ...point,
      callsPerSec: point.callsPerSec * callsPerRequest,
    })),
    server,
    generator,
  };
}

/** The run that stands for all of a row: in the middle by speed. */
export function middleRun({ runs }: BenchRow): Measurement {
  return runs.toSorted((a, b) => a.callsPerSec - b.callsPerSec)[runs.length >> 1]!;
}

export function errorCount({ errors }: Measurement): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

/** The metrics of a run that can be asserted and compared, by name; null where it is not known. */
export const METRICS = {
  rps: (run: Measurement) => run.callsPerSec,
  errors: errorCount,
  min: (run: Measurement) => run.latencyUs.min,
  mean: (run: Measurement) => run.latencyUs.mean,
  p50: (run: Measurement) => run.latencyUs.p50,
  p90: (run: Measurement) => run.latencyUs.p90,
  p99: (run: Measurement) => run.latencyUs.p99,
  "p99.9": (run: Measurement) => run.latencyUs.p999,
  max: (run: Measurement) => run.latencyUs.max,
  cpu: (run: Measurement) => run.server?.cpuUsPerCall ?? null,
  // In process it is that of all that was measured before, too.
  rss: (run: Measurement) => run.generator === null ? null : run.server?.rssBytesMax ?? null,
} as const;

export type Metric = keyof typeof METRICS;
