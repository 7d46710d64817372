/** Wakes whoever waits for a moment, finer than timers do. */

/** Time as load is made by it. */
export interface LoadClock {
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Waits for a timer: late by a millisecond or more. */
  sleep(ms: number): Promise<void>;
  /** Lets everything else run that is ready. */
  turn(): Promise<void>;
}

/** So long before the moment a timer is trusted no more. */
const SPIN_MS = 2;

interface Waiter {
  readonly dueMs: number;
  readonly wake: () => void;
}

/**
 * Moments must be asked for in their order. The last two milliseconds of a wait are spent in turns
 * of the event loop: a processor of its own is what a generator takes for being in time.
 */
export class Pacer {
  readonly #clock: LoadClock;
  #waiting: Waiter[] = [];
  #isRunning = false;

  constructor(clock: LoadClock) {
    this.#clock = clock;
  }

  until(dueMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ dueMs, wake: resolve });
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const leftMs = this.#waiting[0]!.dueMs - this.#clock.now();
      if (leftMs > SPIN_MS) await this.#clock.sleep(leftMs - SPIN_MS);
      else if (leftMs > 0) await this.#clock.turn();
      else this.#wakeDue();
    }
    this.#isRunning = false;
  }

  #wakeDue(): void {
    const nowMs = this.#clock.now();
    const later = this.#waiting.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = this.#waiting.splice(0, later < 0 ? this.#waiting.length : later);
    for (const { wake } of due) wake();
  }
}
