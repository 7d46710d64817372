/** Tasks as those have them who serve them. */
import type { Call } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import type { Task, TaskOwner } from "./task.ts";

/** The call goes on as this task. */
export interface TaskStarted {
  /** Tells it from the outcomes. */
  readonly kind: "task";
  /** As it was when it began. */
  readonly task: Task;
}

/** Calls that go on after their request was answered. */
export interface Tasks {
  /**
   * Sends a call through the layers for a caller that takes tasks. With `demanded`, it becomes one
   * whatever its tool says. Never rejects.
   */
  handle(call: Call, demanded?: boolean): Outcome | Promise<Outcome | TaskStarted>;
  /**
   * The owner's task of this id; undefined where there is none, or it is another's.
   *
   * @throws {GomcpError} `overloaded` when the store is away, as all that follow.
   */
  get(id: string, owner: TaskOwner): Promise<Task | undefined>;
  /** Answers what the task asks, all or a part; what it does not ask is left out. */
  update(
    id: string,
    owner: TaskOwner,
    responses: Readonly<Record<string, unknown>>,
  ): Promise<Task | undefined>;
  /** Ends the task, unless it has ended; whoever runs it stops. `message` says why. */
  cancel(id: string, owner: TaskOwner, message?: string): Promise<Task | undefined>;
  /**
   * Tells `onTask` of the owner's task, as it is and whenever it changes; undefined when there is none
   * (any more). What it gives ends that.
   */
  watch(id: string, owner: TaskOwner, onTask: (task: Task | undefined) => void): () => void;
}
