/** Time that jumps to what happens next, for tests of load. */
import type { LoadClock } from "./pacer.ts";

interface Moment {
  readonly atMs: number;
  readonly wake: () => void;
}

/** What a turn of the event loop takes. */
const TURN_MS = 0.5;

export class SimulatedClock implements LoadClock {
  #nowMs = 1_000;
  readonly #moments: Moment[] = [];

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#moments.push({ atMs: this.#nowMs + ms, wake: resolve });
    return promise;
  }

  turn(): Promise<void> {
    return this.sleep(TURN_MS);
  }

  /** Goes on from moment to moment until the promise is settled; `idle` waits until nothing else runs. */
  async run<T>(work: Promise<T>, idle: () => Promise<void>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => isDone = true);
    done.catch(() => {}); // told by the last line
    await idle();
    while (!isDone) {
      this.#next();
      await idle();
    }
    return await done;
  }

  #next(): void {
    this.#moments.sort((a, b) => a.atMs - b.atMs);
    const moment = this.#moments.shift();
    if (moment === undefined) throw new Error("Nothing will happen any more");
    this.#nowMs = Math.max(this.#nowMs, moment.atMs);
    moment.wake();
  }
}
