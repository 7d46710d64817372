/** Changes of tasks: each made once, whoever else tries, and told to whoever wants to know. */
import type { Clock } from "../base/clock.ts";
import type { Decision } from "../pipeline/outcome.ts";
import { isOver, type Task } from "./task.ts";
import { afterEvent, type TaskEvent } from "./task_machine.ts";
import type { QuotaFault, StoredTask, TaskQuota, TaskStore } from "./task_store.ts";

/** Told of each change that this process makes, after the store has it. Must not throw. */
export type TaskListener = (stored: StoredTask, before: Task | undefined) => void;

export interface TaskRecordsOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly quota: TaskQuota;
  /** How long a claim holds unless it is renewed. */
  readonly leaseMs: number;
  readonly onChange: TaskListener;
}

/** What became of an event. */
export interface Changed {
  /** The task as it is now; undefined where there is none. */
  readonly stored: StoredTask | undefined;
  /** Whether the event has changed it. */
  readonly done: boolean;
}

/** So often others may come first; each of them has changed something, so this ends. */
const TRIES_MAX = 100;

export class TaskRecords {
  readonly #options: TaskRecordsOptions;

  constructor(options: TaskRecordsOptions) {
    this.#options = options;
  }

  get leaseMs(): number {
    return this.#options.leaseMs;
  }

  /** Keeps a task that this process runs; a problem says what is used up. */
  async create(task: Task): Promise<StoredTask | NonNullable<Decision>> {
    const { store, leaseMs, quota, onChange } = this.#options;
    const stored = await store.create(task, leaseMs, quota);
    if (typeof stored === "string") return usedUp(stored, quota);
    onChange(stored, undefined);
    return stored;
  }

  /**
   * Lets an event happen to a task. With a `fence`, only while no later one was given. `delayMs` is how
   * long a task that is to be run again waits.
   */
  async change(
    known: StoredTask | string,
    event: TaskEvent,
    { fence, delayMs = 0 }: { readonly fence?: number; readonly delayMs?: number } = {},
  ): Promise<Changed> {
    const { store, clock, quota, onChange } = this.#options;
    let stored = typeof known === "string" ? await store.get(known) : known;
    for (let i = 0; i < TRIES_MAX; i++) {
      if (stored === undefined) return { stored, done: false };
      if (fence !== undefined && stored.fence !== fence) return { stored, done: false };
      const { task } = stored;
      const next = afterEvent(task, event, clock.wall());
      if (next === undefined) return { stored, done: false };
      const after = await store.replace(stored, next, this.#dueIn(next, delayMs), quota);
      if (after === "bytes") {
        if (event.kind === "fail" || event.kind === "cancel") return { stored, done: false };
        const problem = { ...usedUp("bytes", quota), code: "too_large" } as const;
        return this.change(stored, { kind: "fail", problem }, fence === undefined ? {} : { fence });
      }
      if (after !== "changed") {
        onChange(after, task);
        return { stored: after, done: true };
      }
      stored = await store.get(task.id);
    }
    return { stored, done: false };
  }

  #dueIn(task: Task, delayMs: number): number | undefined {
    if (isOver(task) || task.status === "input_required") return undefined;
    return task.running ? this.#options.leaseMs : delayMs;
  }
}

function usedUp(what: QuotaFault, { openMax, bytesMax }: TaskQuota): NonNullable<Decision> {
  if (what === "open") {
    const detail = `Cannot begin task: ${openMax} tasks of this tenant have not ended`;
    return { code: "overloaded", detail, limit: openMax, remaining: 0, retryAfterMs: 1_000 };
  }
  const detail =
    `Cannot keep task: the tasks of this tenant would take up more than ${bytesMax} bytes`;
  return { code: "quota_exceeded", detail, limit: bytesMax, remaining: 0, retryAfterMs: 60_000 };
}
