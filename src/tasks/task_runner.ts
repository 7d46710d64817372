/** The port to who runs tasks: gomcp itself (`LeaseRunner`), or an engine for long work. */
import type { MaybePromise, StoredTask } from "./task_store.ts";

/** What a runner is given to work with. */
export interface TaskRuns {
  /**
   * Runs the task of this id until it ends, asks, or has to wait; nothing happens when it is not due,
   * such as while somebody else runs it. Never rejects. What the task gave stands in the store.
   */
  run(id: string): Promise<void>;
  /** Goes on with tasks that were claimed for this process. Never rejects. */
  runClaimed(stored: StoredTask): Promise<void>;
  /** How many tasks this process runs. */
  readonly running: number;
}

/**
 * Decides when and where a task is run. Whatever it does, the store has the last word: `run` claims
 * the task by a fence, so that a runner which asks twice, or in two places, runs it once.
 *
 * An engine such as Temporal implements it by a workflow a task, whose id is the task's: `schedule`
 * starts it with a delay, its one activity calls `run` in a process of gomcp, its retries are the
 * engine's. `start` is called once, before any other.
 */
export interface TaskRunner {
  /** Begins to run tasks, those first that a lost process has left behind. */
  start(runs: TaskRuns): void;
  /** Makes sure that the task is run, after `delayMs`; it may be called for one that is over. */
  schedule(id: string, delayMs: number): void;
  /** Begins no more tasks. May be called twice. */
  close(): MaybePromise<void>;
}
