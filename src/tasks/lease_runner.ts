/** Runs tasks by claims in the store: each is run by the process that has claimed it last. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { TaskRunner, TaskRuns } from "./task_runner.ts";
import type { TaskStore } from "./task_store.ts";

export interface LeaseRunnerOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
}

/** Looks for tasks that are due: those of lost processes, and those whose time to wait is over. */
export class LeaseRunner implements TaskRunner {
  readonly #options: LeaseRunnerOptions;
  readonly #timers = new Set<CancelTimer>();
  #runs: TaskRuns | undefined;
  #looking: Promise<void> | undefined;
  #evictAtMs = 0;
  #closed = false;

  constructor(options: LeaseRunnerOptions) {
    this.#options = options;
  }

  start(runs: TaskRuns): void {
    this.#runs = runs;
    this.#look();
  }

  schedule(id: string, delayMs: number): void {
    this.#after(delayMs, () => void this.#runs?.run(id));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    await this.#looking;
  }

  #after(delayMs: number, action: () => void): void {
    if (this.#closed) return;
    if (delayMs <= 0) return queueMicrotask(() => this.#closed || action());
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      action();
    });
    this.#timers.add(cancel);
  }

  #look(): void {
    this.#looking = this.#claimDue().finally(() => {
      this.#looking = undefined;
      this.#after(LIMITS.taskPollMs, () => this.#look());
    });
  }

  async #claimDue(): Promise<void> {
    const { store, clock, log, leaseMs } = this.#options;
    try {
      const room = LIMITS.taskRunsMax - this.#runs!.running;
      for (const stored of room > 0 ? await store.claim(leaseMs, room) : []) {
        void this.#runs!.runClaimed(stored);
      }
      if (clock.now() < this.#evictAtMs) return;
      this.#evictAtMs = clock.now() + LIMITS.taskEvictMs;
      // A rest waits for the next time: what is asked for meanwhile is over anyway.
      await store.evict(LIMITS.taskEvictMax);
    } catch (error) {
      log.warn("tasks cannot be looked for", { error: describeThrown(error) });
    }
  }
}
