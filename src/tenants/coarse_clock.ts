/** The wall clock for what every call asks, to some milliseconds: to read it costs more than a debit. */
import type { CancelTimer, Clock } from "../base/clock.ts";

/** For how long a reading is good; a turn of the event loop that takes longer is one moment. */
const READING_MS = 10;

export class CoarseClock {
  readonly #clock: Clock;
  #readMs = 0;
  #isFresh = false;
  #cancel: CancelTimer | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since 1970, late by `READING_MS` or by the work since the last turn. */
  wall(): number {
    return this.#isFresh ? this.#readMs : this.#read();
  }

  close(): void {
    this.#closed = true;
    this.#isFresh = false;
    this.#cancel?.();
  }

  /** Its timer runs only while it is asked. */
  #read(): number {
    this.#readMs = this.#clock.wall();
    if (this.#closed) return this.#readMs;
    this.#isFresh = true;
    this.#cancel = this.#clock.after(READING_MS, () => {
      this.#isFresh = false;
    });
    return this.#readMs;
  }
}
