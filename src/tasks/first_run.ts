/** The first run of a call that may become a task: answered by whichever comes first. */
import type { CancelTimer } from "../base/clock.ts";
import { describeThrown, isGomcpError } from "../base/errors.ts";
import type { Call, TargetTask, TaskTicket } from "../pipeline/call.ts";
import type { Decision, Outcome } from "../pipeline/outcome.ts";
import { RetryAsker } from "../pipeline/retry_asker.ts";
import { newTaskId, ownerOf, type Task } from "./task.ts";
import type { TaskStarted } from "./tasks.ts";
import type { TaskRuntime } from "./task_runtime.ts";
import type { StoredTask } from "./task_store.ts";

export class FirstRun implements TaskTicket {
  timeoutMs: number | undefined = undefined;
  readonly #runtime: TaskRuntime;
  /** The caller wants a task, whatever the tool says. */
  readonly #demanded: boolean;
  readonly #started = Promise.withResolvers<TaskStarted>();
  #cancelTimer: CancelTimer | undefined;
  #keeping: Promise<Decision> | undefined;
  #stored: StoredTask | undefined;

  constructor(runtime: TaskRuntime, demanded: boolean) {
    this.#runtime = runtime;
    this.#demanded = demanded;
  }

  admit(call: Call): Decision | Promise<Decision> {
    const { task } = call.target!;
    if (task === undefined) return undefined;
    const { options } = this.#runtime;
    const afterMs = this.#demanded ? undefined : task.afterMs ?? this.#usualAfter(task);
    if (!this.#demanded && task.mode === undefined && afterMs === undefined) return undefined;
    this.timeoutMs = options.timeoutMs;
    if (afterMs === undefined) return this.#keep(call, task);
    this.#cancelTimer = options.clock.after(afterMs, () => {
      this.#keeping = this.#promote(call, task);
    });
    return undefined;
  }

  #usualAfter({ mode }: TargetTask): number | undefined {
    return mode === undefined ? this.#runtime.options.afterMs : undefined;
  }

  /** The call has ended: it becomes no task any more. */
  cancel(): void {
    this.#cancelTimer?.();
  }

  /** The task when there is one before the call has ended, else how it ended. */
  async outcomeOf(call: Call, outcome: Outcome | Promise<Outcome>): Promise<Outcome | TaskStarted> {
    return await Promise.race([this.#started.promise, this.#settle(call, outcome)]);
  }

  async #settle(
    call: Call,
    settling: Outcome | Promise<Outcome>,
  ): Promise<Outcome | TaskStarted> {
    const outcome = await settling;
    this.cancel();
    await this.#keeping;
    const stored = this.#stored;
    if (stored === undefined) return outcome;
    await this.#runtime.settle(stored, call, outcome);
    return { kind: "task", task: stored.task };
  }

  async #keep(call: Call, { mayRepeat }: TargetTask): Promise<Decision> {
    const { records, options } = this.#runtime;
    const nowMs = options.clock.wall();
    const { asker, client, access } = call;
    const task: Task = {
      id: newTaskId(),
      tenant: call.tenant,
      principal: ownerOf(access).principal,
      adapter: call.adapter,
      tool: call.tool,
      args: call.args,
      client: { name: client.name, version: client.version },
      capabilities: asker instanceof RetryAsker ? asker.capabilities : {},
      status: "working",
      createdMs: nowMs,
      updatedMs: nowMs,
      ttlMs: options.ttlMs,
      pollMs: options.pollMs,
      mayRepeat,
      attempts: 1,
      running: true,
      rounds: 0,
      answers: asker instanceof RetryAsker ? asker.before() : {},
      asked: {},
    };
    let stored;
    try {
      stored = await records.create(task);
    } catch (error) {
      if (isGomcpError(error)) return error.problem;
      throw error;
    }
    if ("code" in stored) return stored;
    this.#stored = stored;
    this.#runtime.follow(stored, call);
    this.#started.resolve({ kind: "task", task });
    return undefined;
  }

  /** A call that cannot become a task goes on as it was. */
  async #promote(call: Call, target: TargetTask): Promise<Decision> {
    try {
      const refusal = await this.#keep(call, target);
      if (refusal !== undefined) {
        this.#runtime.options.log.info("call goes on without a task", { why: refusal.detail });
      }
    } catch (error) {
      this.#runtime.options.log.warn("task cannot be kept", { error: describeThrown(error) });
    }
    return undefined;
  }
}
