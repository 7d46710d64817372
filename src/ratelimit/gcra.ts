/**
 * The Generic Cell Rate Algorithm in its form of virtual scheduling (ITU-T I.371 annex A; ATM
 * Forum, Traffic Management 4.1, section 4.4): all that is kept of a key is one time. Times are
 * whole nanoseconds.
 */
import { intervalNs, type RateSettings } from "../base/rate_limit.ts";

/** A limit in the algorithm's terms. */
export interface Gcra {
  /** The emission interval: how far apart calls are that come as fast as the rate allows. */
  readonly intervalNs: number;
  /** The burst tolerance: how much sooner than that a call may come. */
  readonly toleranceNs: number;
}

/** `burst` calls at once need a tolerance of all their intervals but the first. */
export function createGcra({ count, periodMs, burst }: RateSettings): Gcra {
  const interval = intervalNs(count, periodMs);
  return { intervalNs: interval, toleranceNs: interval * (burst - 1) };
}

/**
 * How long a call must wait; 0 or less lets it pass. `tatNs` is the theoretical arrival time,
 * at least `nowNs`; a call that passes moves it on by one interval.
 */
export function waitNs(gcra: Gcra, tatNs: number, nowNs: number): number {
  return tatNs - gcra.toleranceNs - nowNs;
}

/** How many calls would pass now, one after another. */
export function remainingCalls(gcra: Gcra, tatNs: number, nowNs: number): number {
  const aheadNs = -waitNs(gcra, tatNs, nowNs);
  return aheadNs < 0 ? 0 : Math.floor(aheadNs / gcra.intervalNs) + 1;
}

/** After how long one more call would pass than now. */
export function moreInNs(gcra: Gcra, tatNs: number, nowNs: number): number {
  const calls = remainingCalls(gcra, tatNs, nowNs);
  return waitNs(gcra, tatNs, nowNs) + calls * gcra.intervalNs;
}
