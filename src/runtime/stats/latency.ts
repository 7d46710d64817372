/** How long calls took: a histogram of logarithmic buckets, good to 1 part in 16 from 16 µs to an hour. */

const SUB_BITS = 4;
const SUBS = 1 << SUB_BITS;
/** Microseconds of about 71 minutes, the last that 32 bits hold; longer calls count as such. */
const US_MAX = 0xffff_ffff;
/** Buckets of one histogram. */
const BUCKETS = (32 - SUB_BITS + 1) * SUBS;

/** Counts by bucket. Below 16 µs each microsecond has its own; an octave above has 16 of equal width. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;
  #sumMs = 0;

  /** All that was recorded, in milliseconds. */
  get sumMs(): number {
    return this.#sumMs;
  }

  /** How much was recorded. */
  get total(): number {
    return this.#total;
  }

  /** Records a duration in milliseconds, as often as `weight` says. */
  record(ms: number, weight: number): void {
    this.#counts[bucketOf(ms)]! += weight;
    this.#total += weight;
    this.#sumMs += Math.min(Math.max(ms, 0), US_MAX / 1_000) * weight;
  }

  /** Adds what another one has. */
  add(other: LatencyHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i]! += other.#counts[i]!;
    this.#total += other.#total;
    this.#sumMs += other.#sumMs;
  }

  /** Adds what `buckets` and `sumMs` gave elsewhere. What is no bucket is left out. */
  addBuckets(buckets: Buckets, sumMs = 0): void {
    this.#sumMs += sumMs;
    for (const [index, count] of buckets) {
      if (!Number.isInteger(index) || index < 0 || index >= BUCKETS) continue;
      this.#counts[index]! += count;
      this.#total += count;
    }
  }

  /** The buckets that are not empty. */
  buckets(): Buckets {
    const found: [number, number][] = [];
    this.#counts.forEach((count, index) => {
      if (count > 0) found.push([index, count]);
    });
    return found;
  }

  /** How much took no longer than 2^exponent microseconds (4 to 32): exact, as buckets end there. */
  upTo(exponent: number): number {
    const end = (exponent - SUB_BITS + 1) * SUBS;
    let count = 0;
    for (let i = 0; i < end; i++) count += this.#counts[i]!;
    return count;
  }

  /** Milliseconds that the share `q` (0 to 1) of what was recorded did not exceed; undefined when empty. */
  quantile(q: number): number | undefined {
    if (this.#total <= 0) return undefined;
    let left = q * this.#total;
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.#counts[i]!;
      if (this.#counts[i]! > 0 && left <= 0) return upperUs(i) / 1_000;
    }
    return US_MAX / 1_000;
  }
}

/** Index and count. */
export type Buckets = readonly (readonly [index: number, count: number])[];

function bucketOf(ms: number): number {
  const us = Math.min(Math.max(ms * 1_000, 0), US_MAX) >>> 0;
  if (us < SUBS) return us;
  const octave = 31 - Math.clz32(us);
  return ((octave - SUB_BITS + 1) << SUB_BITS) + ((us >>> (octave - SUB_BITS)) & (SUBS - 1));
}

/** The end of a bucket, in microseconds. */
function upperUs(index: number): number {
  if (index < SUBS) return index + 1;
  const octave = (index >> SUB_BITS) + SUB_BITS - 1;
  const width = 2 ** (octave - SUB_BITS);
  return 2 ** octave + ((index & (SUBS - 1)) + 1) * width;
}
