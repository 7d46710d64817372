/**
 * How a state store counts a tenant's rate: the Generic Cell Rate Algorithm (ITU-T I.371 annex A) for
 * several calls at once, over all processes. All that is kept is one time, the theoretical arrival.
 */
/** A rate in the algorithm's terms. */
export interface RateCells {
  /** The emission interval, in milliseconds: how far apart calls are at this rate. Above 0. */
  readonly intervalMs: number;
  /** The burst tolerance, in milliseconds: how much sooner than that a call may come. */
  readonly toleranceMs: number;
}

/** What became of a wish for calls at a rate. */
export interface RateTaken {
  /** How many were granted. */
  readonly granted: number;
  /** After how many milliseconds as many as were needed would be; 0 where they were. */
  readonly waitMs: number;
}

/** How many calls a rate can be ahead of its burst: no batch has more. */
export const AHEAD_CALLS = 1_000;
/** Rounding must not refuse the last call of a burst. */
export const ROUNDING_MS = 1e-3;

/**
 * Grants up to `most` calls, and none where fewer than `least` may come now. A wish for more than the
 * burst is granted when the rate is whole; what comes after it waits the longer. Gives the new time
 * with it. Redis does the same in Lua.
 */
export function takeCells(
  tatMs: number,
  { intervalMs, toleranceMs }: RateCells,
  least: number,
  most: number,
  nowMs: number,
): RateTaken & { readonly tatMs: number } {
  // Further ahead only a clock that was set back can be, or a rate that has been changed.
  const aheadMs = toleranceMs + intervalMs * AHEAD_CALLS;
  const fromMs = Math.min(Math.max(tatMs, nowMs), nowMs + aheadMs);
  const burst = Math.floor((toleranceMs + ROUNDING_MS) / intervalMs) + 1;
  const needed = Math.min(least, burst);
  const free = Math.floor((nowMs + toleranceMs - fromMs + ROUNDING_MS) / intervalMs) + 1;
  if (free < needed) {
    const waitMs = fromMs + (needed - 1) * intervalMs - toleranceMs - nowMs;
    return { granted: 0, waitMs, tatMs: fromMs };
  }
  const granted = Math.max(least, Math.min(most, free));
  return { granted, waitMs: 0, tatMs: fromMs + granted * intervalMs };
}
