/** Whether the state store takes writes: told by whoever asked it in vain, and asked until it is back. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { StateStore } from "./state_store.ts";

/** What happens to calls while the store is away and what is held is used up. */
export type StateFailure = "refuse" | "allow";

export interface StoreHealthOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** For the log. */
  readonly onFailure: StateFailure;
}

/** The first try comes so soon, and each other after twice as long, at most PROBE_MS_MAX. */
const PROBE_MS = 250;
const PROBE_MS_MAX = 1_000;

export class StoreHealth {
  readonly #options: StoreHealthOptions;
  #cancelProbe: CancelTimer | undefined;
  #isAway = false;
  #closed = false;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** It did not answer: nobody asks it but the probe, until that has an answer. */
  noteFailure(error: unknown): void {
    if (this.#isAway || this.#closed) return;
    this.#isAway = true;
    const { log, onFailure } = this.#options;
    log.error("state store is away", { rule: onFailure, error: describeThrown(error) });
    this.#probe(PROBE_MS);
  }

  close(): void {
    this.#closed = true;
    this.#cancelProbe?.();
  }

  #probe(afterMs: number): void {
    this.#cancelProbe = this.#options.clock.after(afterMs, async () => {
      try {
        await this.#options.store.ping();
        this.#isAway = false;
        this.#options.log.info("state store is back");
      } catch {
        if (!this.#closed) this.#probe(Math.min(2 * afterMs, PROBE_MS_MAX));
      }
    });
  }
}
