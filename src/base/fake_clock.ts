/** A clock for tests: time stands still until `advance` is called. */
import type { CancelTimer, Clock } from "./clock.ts";

interface Entry {
  readonly at: number;
  readonly action: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 0;
  #entries: Entry[] = [];

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return 1_800_000_000_000 + this.#nowMs;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const entry = { at: this.#nowMs + delayMs, action };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#entries.length;
  }

  /** Moves time on and fires what is due, in order of time. */
  advance(ms: number): void {
    const until = this.#nowMs + ms;
    for (let next = this.#due(until); next !== undefined; next = this.#due(until)) {
      this.#nowMs = Math.max(this.#nowMs, next.at);
      this.#entries = this.#entries.filter((other) => other !== next);
      next.action();
    }
    this.#nowMs = until;
  }

  #due(until: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at <= until && (first === undefined || entry.at < first.at)) first = entry;
    }
    return first;
  }
}
