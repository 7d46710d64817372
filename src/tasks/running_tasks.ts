/** The tasks that this process runs: their claims are renewed, and they end when theirs are lost. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Call } from "../pipeline/call.ts";
import { isOver } from "./task.ts";
import type { TaskFeed } from "./task_feed.ts";
import type { StoredTask, TaskStore } from "./task_store.ts";

export interface RunningOptions {
  readonly store: TaskStore;
  readonly feed: TaskFeed;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
}

interface Running {
  readonly call: Call;
  readonly fence: number;
  readonly mayRepeat: boolean;
  readonly unwatch: () => void;
  readonly onEnd: () => void;
}

/** A claim is renewed so often before it is over. */
const RENEWALS = 3;

export class RunningTasks {
  readonly #options: RunningOptions;
  readonly #running = new Map<string, Running>();
  #cancel: CancelTimer | undefined;

  constructor(options: RunningOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#running.size;
  }

  /** The call is stopped as soon as the task is not its any more; `onEnd` is told of its end. */
  add(stored: StoredTask, call: Call, onEnd: () => void): void {
    const { task: { id, mayRepeat }, fence } = stored;
    const unwatch = this.#options.feed.watch(id, (now) => {
      if (now === undefined || now.fence !== fence) return this.#lose(id, fence);
      if (now.task.status === "cancelled") call.cancel("The task was cancelled");
      else if (isOver(now.task)) this.#lose(id, fence);
    }, stored);
    this.#running.set(id, { call, fence, mayRepeat, unwatch, onEnd });
    this.#schedule();
  }

  delete(id: string, fence: number): void {
    const running = this.#running.get(id);
    if (running?.fence !== fence) return;
    this.#running.delete(id);
    running.unwatch();
    running.onEnd();
    if (this.#running.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Stops the calls of tasks that can as well be run elsewhere, or later. */
  release(): void {
    for (const { call, mayRepeat } of [...this.#running.values()]) {
      if (mayRepeat) call.cancel("The server shuts down");
    }
  }

  #lose(id: string, fence: number): void {
    const running = this.#running.get(id);
    if (running?.fence === fence) running.call.cancel("The task is not run here any more");
  }

  #schedule(): void {
    const { clock, leaseMs } = this.#options;
    this.#cancel ??= clock.after(leaseMs / RENEWALS, () => {
      this.#cancel = undefined;
      void this.#renewAll();
    });
  }

  async #renewAll(): Promise<void> {
    const { store, log, leaseMs } = this.#options;
    for (const [id, { fence }] of [...this.#running]) {
      try {
        if (!(await store.renew(id, fence, leaseMs))) this.#lose(id, fence);
      } catch (error) {
        // The claim may be over by the time that the store is back: then its fence says so.
        log.warn("claim of a task cannot be renewed", { error: describeThrown(error) });
      }
    }
    if (this.#running.size > 0) this.#schedule();
  }
}
