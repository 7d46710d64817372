/** Durations counted in a histogram: as many as there may be, in the memory of a few. */
import { build, type Histogram } from "hdr-histogram-js";

/** Longer ones count as this, an hour. */
const NS_MAX = 3_600_000_000_000;
/** Percentiles of the curve that reports draw: each nine takes as much room as the one before. */
const CURVE: readonly number[] = [
  ...[0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99],
  ...[99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999, 99.9999, 100],
];

/** What is told of durations, in microseconds. */
export interface LatencySummary {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/**
 * An HDR histogram (Gil Tene): nanoseconds in buckets of three significant digits, so that every
 * percentile is right to a thousandth, whether it is a microsecond or a minute.
 */
export class Latencies {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: NS_MAX,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  });

  get count(): number {
    return this.#histogram.totalCount;
  }

  add(ms: number): void {
    const ns = Math.round(ms * 1e6);
    this.#histogram.recordValue(ns < 0 ? 0 : ns > NS_MAX ? NS_MAX : ns);
  }

  /** Counts all of the other's too. */
  merge(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  clear(): void {
    this.#histogram.reset();
  }

  /** Microseconds below which so many per cent are. */
  percentile(percent: number): number {
    if (this.count === 0) return 0;
    // Buckets are told by their upper ends, of which the last one lies above the largest value.
    const ns = Math.min(this.#histogram.getValueAtPercentile(percent), this.#histogram.maxValue);
    return ns / 1_000;
  }

  /** All zero where nothing was counted. */
  summary(): LatencySummary {
    const { minNonZeroValue, mean, maxValue } = this.#histogram;
    const isEmpty = this.count === 0;
    return {
      min: isEmpty || minNonZeroValue > NS_MAX ? 0 : minNonZeroValue / 1_000,
      mean: isEmpty ? 0 : mean / 1_000,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: isEmpty ? 0 : maxValue / 1_000,
    };
  }

  /** Pairs of per cent and microseconds, for a curve. */
  curve(): readonly (readonly [percent: number, us: number])[] {
    return CURVE.map((percent) => [percent, this.percentile(percent)]);
  }
}
