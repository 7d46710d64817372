/** Sees to it that changes of tenants are seen, and says when they are not. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { ChangeListener, StateStore } from "./state_store.ts";

export interface ChangeWatchOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: ChangeListener;
}

export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  #stop: CancelTimer | undefined;
  #isBlind = false;
  #closed = false;

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  /** Changes cannot be seen now: what is known of tenants may be old. */
  get isBlind(): boolean {
    return this.#isBlind;
  }

  /** Begins to watch; where the store does not let it, it is asked until it does. */
  async start(): Promise<void> {
    const { store, clock, onChange } = this.#options;
    let isTold = false;
    const onFault = (error: unknown) => {
      isTold = true;
      this.#noteFault(error);
    };
    try {
      const stop = await store.watch(onChange, onFault);
      if (!isTold) this.#noteFault(undefined);
      if (this.#closed) stop();
      else this.#stop = stop;
    } catch (error) {
      this.#noteFault(error);
      if (this.#closed) return;
      this.#stop = clock.after(LIMITS.statePollMs, async () => {
        await this.start();
        onChange(undefined);
      });
    }
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
  }

  #noteFault(error: unknown): void {
    const isBlind = error !== undefined;
    if (isBlind === this.#isBlind || this.#closed) return;
    this.#isBlind = isBlind;
    const { log } = this.#options;
    if (isBlind) log.error("changes of tenants cannot be seen", { error: describeThrown(error) });
    else log.info("changes of tenants are seen again");
  }
}
