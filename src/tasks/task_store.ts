/** The port to where tasks are kept: what processes and machines share of them. */
import type { MaybePromise } from "../base/maybe_promise.ts";
import type { Task } from "./task.ts";

export type { MaybePromise };

/** A task as the store has it. */
export interface StoredTask {
  /** The task. */
  readonly task: Task;
  /** Goes up with each change: who writes names the one that it has seen. */
  readonly version: number;
  /** Goes up with each claim: who runs the task writes nothing any more once it has. */
  readonly fence: number;
}

/** How much of the store one tenant's tasks may take up. */
export interface TaskQuota {
  /** Tasks that have not ended. */
  readonly openMax: number;
  /** Bytes of all its tasks. */
  readonly bytesMax: number;
}

/** Why a store did not take what it was given: too many open tasks, or too many bytes. */
export type QuotaFault = "open" | "bytes";

/** Which tasks are listed: the newest first. */
export interface TaskFilter {
  /** Of this tenant only. */
  readonly tenant?: string | undefined;
  /** Of this status only. */
  readonly status?: string | undefined;
  /** At most so many. */
  readonly max: number;
}

/** Told which task has changed; without an id, any may have. */
export type TaskChangeListener = (id: string | undefined) => void;

/**
 * What several processes share of tasks. Every method is one transaction. They throw, or reject with,
 * a GomcpError `overloaded` when the store is away. Time is the store's own where several machines
 * share it. A task whose time is over is not there any more, whether it was removed yet or not.
 *
 * A task is `due` when whoever finds it may claim it: when the time is over that its claim was given,
 * or that it had to wait. Without a time, nobody need do anything.
 */
export interface TaskStore {
  /** Where it is, without secrets, for messages. */
  readonly location: string;
  /** Keeps a task, claimed by its first fence, due after `dueInMs`; or says what is used up. */
  create(
    task: Task,
    dueInMs: number,
    quota: TaskQuota,
  ): MaybePromise<StoredTask | QuotaFault>;
  /** The task of this id. */
  get(id: string): MaybePromise<StoredTask | undefined>;
  /**
   * Puts `task` in the place of `before`, due after `dueInMs`; "changed" when `before` is not what the
   * store has.
   */
  replace(
    before: StoredTask,
    task: Task,
    dueInMs: number | undefined,
    quota: TaskQuota,
  ): MaybePromise<StoredTask | "changed" | "bytes">;
  /**
   * Gives up to `max` tasks that are due, or the one of `id` if it is, and nobody else: each has a new
   * fence, and is due again after `leaseMs`.
   */
  claim(leaseMs: number, max: number, id?: string): MaybePromise<readonly StoredTask[]>;
  /** Keeps a claim for another `leaseMs`; false when another one was given, or the task has ended. */
  renew(id: string, fence: number, leaseMs: number): MaybePromise<boolean>;
  /** Tasks, the newest first. */
  list(filter: TaskFilter): MaybePromise<readonly StoredTask[]>;
  /** Removes up to `max` tasks whose time is over; gives how many. */
  evict(max: number): MaybePromise<number>;
  /** Tells of changes that others make, until the returned function is called. */
  watch(onChange: TaskChangeListener): MaybePromise<() => void>;
  /** Lets go of it. May be called twice. */
  close(): MaybePromise<void>;
}
