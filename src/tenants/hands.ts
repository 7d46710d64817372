/**
 * What a process has in hand of its tenants' calls, apart from all else that it knows of them. With a
 * million tenants nearly all of a debit is waiting for memory: these records are 16 MB, which a cache
 * holds, and a debit by a tenant's number needs one of them and nothing else (half the time of a
 * look at the tenant itself, by bench/tenants_figures.ts).
 */
import { CURRENT_WINDOWS } from "./quota_window.ts";
import { QUOTA_PERIODS, type QuotaPeriod } from "./tenant.ts";

/** The number of the period that CALLS are of. */
export const WINDOW = 0;
/** Calls that may be let through without asking. */
export const CALLS = 1;
/** With fewer than these in hand the next are asked for, before somebody has to wait for them. */
export const LOW = 2;
/** What follows, as bits. */
export const FLAGS = 3;
export const LENGTH = 4;

/** The number of the quota's period among QUOTA_PERIODS. */
const PERIOD_BITS = 0b11;
/** Calls are counted, and nothing else. */
const ONLY_CALLS = 1 << 2;
/** Used since the last look. */
export const TOUCHED = 1 << 3;
/** The tenant does not exist (any more). */
export const GONE = 1 << 4;
export const SUSPENDED = 1 << 5;
/** Among those that have something of the store's. */
export const HELD = 1 << 6;
/** The store has it; `default` need not be there. */
export const STORED = 1 << 7;
/** The next lease is of 2 to the power of this. */
export const LEASE_SHIFT = 8;
const LEASE_MASK = -1 << LEASE_SHIFT;

const READY = ONLY_CALLS | TOUCHED;
const WINDOWS = QUOTA_PERIODS.map((period) => CURRENT_WINDOWS[period]);

/** Puts what is known of the tenant into the flags, and leaves those of its use. */
export function standingOf(
  flags: number,
  period: QuotaPeriod,
  only: Readonly<Record<"calls" | "gone" | "suspended" | "stored", boolean>>,
): number {
  return (flags & (LEASE_MASK | TOUCHED | HELD)) | QUOTA_PERIODS.indexOf(period) |
    (only.calls ? ONLY_CALLS : 0) | (only.gone ? GONE : 0) | (only.suspended ? SUSPENDED : 0) |
    (only.stored ? STORED : 0);
}

/** Records by number, each of LENGTH numbers. */
export class Hands {
  /** All records. Another array when there are more than it has room for. */
  ints: Int32Array;
  readonly #free: number[] = [];
  #next = 0;

  constructor(room = 16) {
    this.ints = new Int32Array(room * LENGTH);
  }

  /** Gives a number that nobody has; its record may be of who had it before. */
  add(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#next * LENGTH === this.ints.length) {
      const more = new Int32Array(Math.ceil(this.#next * 1.5) * LENGTH);
      more.set(this.ints);
      this.ints = more;
    }
    return this.#next++;
  }

  delete(number: number): void {
    this.#free.push(number);
  }

  /** The same record, alone: nobody else has its place. */
  alone(number: number): Hands {
    const alone = new Hands(1);
    alone.ints.set(this.ints.subarray(number * LENGTH, (number + 1) * LENGTH));
    return alone;
  }

  /** Debits calls that are in hand; false where there is more to look at than this record. */
  take(number: number, calls: number, nowMs: number): boolean {
    const { ints } = this;
    const at = number * LENGTH;
    const flags = ints[at + FLAGS]!;
    if ((flags & READY) !== READY) return false;
    if (ints[at + WINDOW] !== WINDOWS[flags & PERIOD_BITS]!.at(nowMs).index) return false;
    const left = ints[at + CALLS]! - calls;
    if (left < ints[at + LOW]! || calls < 1 || (calls | 0) !== calls) return false;
    ints[at + CALLS] = left;
    return true;
  }
}
