/** Tasks of a server: begun by calls, asked for by their owners, run until they end. */
import { describeThrown, isGomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { Call } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import { RetryAsker } from "../pipeline/retry_asker.ts";
import { FirstRun } from "./first_run.ts";
import { ProgressWriter } from "./progress.ts";
import { RunningTasks } from "./running_tasks.ts";
import { isOver, isOwner, type Task, type TaskOwner } from "./task.ts";
import { endOf, lostEnd, type TaskEnd } from "./task_end.ts";
import { TaskFeed } from "./task_feed.ts";
import { TaskRecords } from "./task_records.ts";
import type { TaskRuns } from "./task_runner.ts";
import type { TaskManagerOptions, TaskRuntime } from "./task_runtime.ts";
import type { StoredTask } from "./task_store.ts";
import type { Tasks, TaskStarted } from "./tasks.ts";

/** While the store is away, an end is written again so often, each a quarter of a second apart. */
const SETTLE_TRIES_MAX = 100;
const SETTLE_RETRY_MS = 250;

export class TaskManager implements Tasks, TaskRuntime, TaskRuns {
  readonly options: TaskManagerOptions;
  readonly records: TaskRecords;
  readonly #feed: TaskFeed;
  readonly #running: RunningTasks;
  /** Runs and ends that are not in the store yet. */
  readonly #open = new Set<Promise<void>>();
  #closing = false;

  constructor(options: TaskManagerOptions) {
    const { store, clock, log, leaseMs, quota, onChange } = options;
    this.options = options;
    this.#feed = new TaskFeed(store, clock, log);
    this.#running = new RunningTasks({ store, feed: this.#feed, clock, log, leaseMs });
    this.records = new TaskRecords({
      store,
      clock,
      quota,
      leaseMs,
      onChange: (stored, before) => {
        this.#feed.tell(stored);
        onChange(stored, before);
      },
    });
    options.runner.start(this);
  }

  get running(): number {
    return this.#running.size;
  }

  handle(call: Call, demanded = false): Outcome | Promise<Outcome | TaskStarted> {
    const run = new FirstRun(this, demanded);
    call.task = run;
    const outcome = this.options.handle(call);
    if (outcome instanceof Promise) return run.outcomeOf(call, outcome);
    run.cancel();
    return outcome;
  }

  async get(id: string, owner: TaskOwner): Promise<Task | undefined> {
    return (await this.#find(id, owner))?.task;
  }

  async update(
    id: string,
    owner: TaskOwner,
    responses: Readonly<Record<string, unknown>>,
  ): Promise<Task | undefined> {
    const found = await this.#find(id, owner);
    if (found === undefined) return undefined;
    const { stored, done } = await this.records.change(found, { kind: "answer", responses });
    if (done && stored?.task.status === "working") this.options.runner.schedule(id, 0);
    return stored?.task;
  }

  async cancel(
    id: string,
    owner: TaskOwner,
    message = "The client cancelled the task",
  ): Promise<Task | undefined> {
    const found = await this.#find(id, owner);
    if (found === undefined) return undefined;
    return (await this.records.change(found, { kind: "cancel", message })).stored?.task;
  }

  watch(id: string, owner: TaskOwner, onTask: (task: Task | undefined) => void): () => void {
    return this.#feed.watch(id, (stored) => {
      const isOwn = stored !== undefined && isOwner(stored.task, owner);
      onTask(isOwn ? stored.task : undefined);
    });
  }

  async #find(id: string, owner: TaskOwner): Promise<StoredTask | undefined> {
    if (id.length > LIMITS.taskIdCharsMax) return undefined;
    const stored = await this.options.store.get(id);
    return stored !== undefined && isOwner(stored.task, owner) ? stored : undefined;
  }

  run(id: string): Promise<void> {
    return this.#keepOpen(async () => {
      const [stored] = await this.options.store.claim(this.records.leaseMs, 1, id);
      if (stored !== undefined) await this.#runOnce(stored);
    });
  }

  runClaimed(stored: StoredTask): Promise<void> {
    return this.#keepOpen(() => this.#runOnce(stored));
  }

  async #runOnce(claimed: StoredTask): Promise<void> {
    const { fence } = claimed;
    if (claimed.task.running) return await this.#end(claimed, lostEnd(claimed.task));
    const { stored, done } = await this.records.change(claimed, { kind: "begin" }, { fence });
    if (!done || stored === undefined) return;
    const call = await this.#callOf(stored.task);
    if (!(call instanceof Call)) {
      const delayMs = call.retryAfterMs;
      const event = delayMs === undefined
        ? { kind: "fail", problem: call } as const
        : { kind: "retry", message: call.detail, attempted: false } as const;
      return await this.#end(stored, { event, delayMs: delayMs ?? 0 });
    }
    this.follow(stored, call);
    await this.settle(stored, call, await this.options.handle(call));
  }

  /** The call again, on behalf of its caller; it was paid for when it first came. */
  async #callOf(task: Task): Promise<Call | Problem> {
    const { accessTo } = this.options;
    const access = await accessTo?.(task.tenant, task.principal);
    if (access !== undefined && "code" in access) return access;
    if (access?.problem !== undefined) return access.problem;
    const { tool, args, adapter, tenant, client, capabilities, answers } = task;
    const ticket = { left: 1, window: -1 };
    const asker = new RetryAsker(capabilities, answers);
    const call = new Call({ tool, args, adapter, tenant, access, client, ticket, asker });
    call.task = { timeoutMs: this.options.timeoutMs, admit: () => undefined };
    return call;
  }

  follow(stored: StoredTask, call: Call): void {
    const progress = new ProgressWriter(this.options.clock, (message) => {
      const { task: { id }, fence } = stored;
      const event = { kind: "progress", message } as const;
      void this.#keepOpen(async () => void await this.records.change(id, event, { fence }));
    });
    call.onEvent = progress.onEvent;
    this.#running.add(stored, call, () => progress.close());
  }

  settle(stored: StoredTask, call: Call, outcome: Outcome): Promise<void> {
    call.onEvent = undefined;
    this.#running.delete(stored.task.id, stored.fence);
    const end = endOf(stored.task, call, outcome, this.#closing);
    return this.#keepOpen(() => this.#end(stored, end));
  }

  /** What a run came to must not be lost because the store was away for a moment. */
  async #end(run: StoredTask, { event, delayMs }: TaskEnd): Promise<void> {
    const { task: { id }, fence } = run;
    for (let i = 1;; i++) {
      try {
        // Mostly nothing has happened to it since it began.
        const known = i === 1 ? run : id;
        const { stored, done } = await this.records.change(known, event, { fence, delayMs });
        const waits = done && stored !== undefined && !isOver(stored.task) &&
          stored.task.status === "working";
        if (waits) this.options.runner.schedule(id, delayMs);
        return;
      } catch (error) {
        if (!isAway(error) || i >= SETTLE_TRIES_MAX || this.#closing) throw error;
        await new Promise<void>((resolve) =>
          void this.options.clock.after(SETTLE_RETRY_MS, resolve)
        );
      }
    }
  }

  async #keepOpen(action: () => Promise<void>): Promise<void> {
    const open = action().catch((error) => {
      this.options.log.warn("task cannot be kept", { error: describeThrown(error) });
    });
    this.#open.add(open);
    await open;
    this.#open.delete(open);
  }

  /** Begins no more runs; those that others can do as well are stopped, and left to them. */
  release(): void {
    this.#closing = true;
    this.#running.release();
  }

  /** Waits for what is still to be written. The caller closes the store. */
  async close(): Promise<void> {
    this.release();
    await this.options.runner.close();
    while (this.#open.size > 0) await Promise.all(this.#open);
    this.#feed.end();
  }
}

/** The store cannot be used now, and perhaps can a little later. */
function isAway(error: unknown): boolean {
  return isGomcpError(error) && error.code === "overloaded";
}
