/** Time as a port, so that whatever waits can be tested with a clock that is turned by hand. */

/** Cancels what was scheduled; calling it again, or after it fired, does nothing. */
export type CancelTimer = () => void;

/** Where time comes from. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary start, for durations and deadlines. */
  now(): number;
  /** Wall-clock milliseconds since 1970, for what people read. */
  wall(): number;
  /** Calls `action` once after `delayMs`. Does not keep the process alive by itself. */
  after(delayMs: number, action: () => void): CancelTimer;
}

/** The real time of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
};
