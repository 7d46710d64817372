/** ToolService's methods about tasks: calls that go on after their request. */
import { Buffer } from "node:buffer";
import { isGomcpError, type Problem } from "../../base/errors.ts";
import type { Outcome } from "../../pipeline/outcome.ts";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import {
  isOver,
  ownerOf,
  showDetails,
  type Task,
  type Tasks,
  type TaskStatus,
} from "../../runtime/tasks.ts";
import { createCall } from "./call_methods.ts";
import type { Answer } from "./handlers.ts";
import { resultMessage } from "./messages.ts";
import { problemMessage } from "./status.ts";
import type { StreamWriter } from "./stream_writer.ts";
import { STOPPING, type Turn } from "./turn.ts";

const { v1 } = gomcp;
const { RESULT_FORM_JSON } = v1.ResultForm;

const STATUSES: Readonly<Record<TaskStatus, number>> = {
  working: v1.TaskStatus.TASK_STATUS_WORKING,
  input_required: v1.TaskStatus.TASK_STATUS_INPUT_REQUIRED,
  completed: v1.TaskStatus.TASK_STATUS_COMPLETED,
  failed: v1.TaskStatus.TASK_STATUS_FAILED,
  cancelled: v1.TaskStatus.TASK_STATUS_CANCELLED,
};

const NO_TASKS: Problem = {
  code: "capability_required",
  detail: "Cannot start task: the server keeps none",
};
const UNKNOWN: Problem = { code: "not_found", detail: "Unknown task" };

export async function startTask(
  request: gomcp.v1.CallToolRequest,
  turn: Turn,
): Promise<Answer> {
  const { tasks } = turn.runtime;
  if (tasks === undefined) return NO_TASKS;
  // The deadline is that of this request: the call goes on after it.
  const call = createCall(request, { caller: turn.caller, timeoutMs: undefined });
  if ("code" in call) return call;
  turn.stopWithClient([call]);
  const started = await tasks.handle(call, true);
  return started.kind === "task" ? taskBytes(started.task) : problemOf(started);
}

/** Whatever is wanted as a task is one, unless it is refused. */
function problemOf(outcome: Outcome): Problem {
  if (outcome.kind === "problem") return outcome.problem;
  return { code: "internal", detail: "The call has ended before it was a task" };
}

export function getTask({ id }: gomcp.v1.GetTaskRequest, turn: Turn): Promise<Answer> {
  return answer(turn, (tasks) => tasks.get(id, ownerOf(turn.caller.access)));
}

export function cancelTask({ id }: gomcp.v1.CancelTaskRequest, turn: Turn): Promise<Answer> {
  return answer(turn, (tasks) => tasks.cancel(id, ownerOf(turn.caller.access)));
}

/** A task of somebody else's is one that is not. */
async function answer(
  { runtime }: Turn,
  action: (tasks: Tasks) => Promise<Task | undefined>,
): Promise<Answer> {
  try {
    const task = runtime.tasks && await action(runtime.tasks);
    return task === undefined ? UNKNOWN : taskBytes(task);
  } catch (thrown) {
    if (!isGomcpError(thrown)) throw thrown;
    return thrown.problem;
  }
}

/** Ends with the task, or when the client leaves, or the server stops. */
export async function watchTask(
  { id }: gomcp.v1.WatchTaskRequest,
  turn: Turn,
  writer: StreamWriter,
): Promise<Problem | undefined> {
  const { tasks } = turn.runtime;
  const owner = ownerOf(turn.caller.access);
  const ended = Promise.withResolvers<Problem | undefined>();
  const onStop = () => ended.resolve(STOPPING);
  turn.ended.then(() => ended.resolve(undefined));
  turn.stopping.addEventListener("abort", onStop, { once: true });
  const stop = tasks?.watch(id, owner, (task) => {
    if (task === undefined) return ended.resolve(UNKNOWN);
    if (!writer.isBehind || isOver(task)) writer.send(taskBytes(task));
    if (isOver(task)) ended.resolve(undefined);
  });
  if (stop === undefined) ended.resolve(UNKNOWN);
  return await ended.promise.finally(() => {
    stop?.();
    turn.stopping.removeEventListener("abort", onStop);
  });
}

function taskBytes(task: Task): Uint8Array {
  const { id, status, statusMessage, createdMs, updatedMs, ttlMs, pollMs, problem } = task;
  const { inputRequests } = showDetails(task);
  return v1.Task.encode({
    id,
    status: STATUSES[status],
    ...(statusMessage !== undefined && { statusMessage }),
    createdMs,
    updatedMs,
    ttlMs,
    pollIntervalMs: pollMs,
    ...resultOf(task),
    ...(problem !== undefined && { problem: problemMessage(problem) }),
    ...(inputRequests !== undefined && {
      inputRequestsJson: Buffer.from(JSON.stringify(inputRequests)),
    }),
  }).finish();
}

function resultOf({ result }: Task): Pick<gomcp.v1.TaskInit, "result"> {
  if (result === undefined) return {};
  const message = resultMessage({ kind: "result", result, members: undefined }, RESULT_FORM_JSON);
  // As JSON, every result can be said.
  return "code" in message ? {} : { result: message };
}
