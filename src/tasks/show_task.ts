/** Tasks as their owners see them. */
import { problemToRpc } from "../protocol/jsonrpc.ts";
import type { DetailedTask, WireTask } from "../protocol/tasks.ts";
import type { Task } from "./task.ts";

/** A task as it is answered to the call that began it. */
export function showTask(task: Task): WireTask {
  const { id, status, statusMessage, createdMs, updatedMs, ttlMs, pollMs } = task;
  return {
    taskId: id,
    status,
    ...(statusMessage !== undefined && { statusMessage }),
    createdAt: new Date(createdMs).toISOString(),
    lastUpdatedAt: new Date(updatedMs).toISOString(),
    ttlMs,
    pollIntervalMs: pollMs,
  };
}

/** A task with what its status asks for: a result, an error, or questions. */
export function showDetails(task: Task): DetailedTask {
  const { status, asked, result, problem } = task;
  const shown = showTask(task);
  switch (status) {
    case "input_required": {
      const entries = Object.entries(asked).map(([key, { request }]) => [key, request]);
      return { ...shown, inputRequests: Object.fromEntries(entries) };
    }
    case "completed":
      return { ...shown, result: { ...result, resultType: "complete" } };
    case "failed": {
      const { code, message, data } = problemToRpc(problem!);
      return { ...shown, error: { code, message, data } };
    }
    default:
      return shown;
  }
}
