/** tasks/get, tasks/update and tasks/cancel: the tasks extension of 2026-07-28. */
import { isGomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import {
  errorText,
  invalidParams,
  problemToRpc,
  resultText,
  type RpcError,
} from "../../protocol/jsonrpc.ts";
import { completeTail } from "../../protocol/modern.ts";
import { declaresTasks, TASKS_CAPABILITY } from "../../protocol/tasks.ts";
import {
  ownerOf,
  showDetails,
  type Task,
  type TaskOwner,
  type Tasks,
} from "../../runtime/tasks.ts";
import type { Answer, Request } from "./request.ts";

export function getTask(request: Request): Answer | Promise<Answer> {
  return withTask(
    request,
    (tasks, id, owner) => tasks.get(id, owner),
    (task) => JSON.stringify(showDetails(task)).slice(1, -1),
  );
}

export function updateTask(request: Request): Answer | Promise<Answer> {
  const { inputResponses } = request.params;
  if (!isRecord(inputResponses)) {
    const refusal = refuseUndeclared(request);
    const text = 'Invalid params: "inputResponses" is an object of answers by their keys';
    return errorText(request.id, refusal ?? invalidParams(text));
  }
  return withTask(request, (tasks, id, owner) => tasks.update(id, owner, inputResponses), () => "");
}

export function cancelTask(request: Request): Answer | Promise<Answer> {
  return withTask(request, (tasks, id, owner) => tasks.cancel(id, owner), () => "");
}

type Action = (tasks: Tasks, id: string, owner: TaskOwner) => Promise<Task | undefined>;

/** A task of somebody else's is one that is not. */
function withTask(
  request: Request,
  action: Action,
  membersOf: (task: Task) => string,
): Answer | Promise<Answer> {
  const { runtime, id, params, peer, exchange } = request;
  const refusal = refuseUndeclared(request);
  if (refusal !== undefined) return errorText(id, refusal);
  const { taskId } = params;
  if (typeof taskId !== "string") {
    return errorText(id, invalidParams('Invalid params: "taskId" is the id of a task, a string'));
  }
  if (runtime.tasks === undefined) return errorText(id, unknownTask());
  return action(runtime.tasks, taskId, ownerOf(peer.access)).then(
    (task) => {
      if (task === undefined) return errorText(id, unknownTask());
      const members = membersOf(task);
      const tail = completeTail(runtime.info);
      return resultText(id, members === "" ? tail.slice(1) : members + tail);
    },
    (thrown) => {
      if (!isGomcpError(thrown)) throw thrown;
      const { problem } = thrown;
      if (problem.retryAfterMs !== undefined) exchange.retryAfterMs = problem.retryAfterMs;
      return errorText(id, problemToRpc(problem));
    },
  );
}

/** -32021, with the status that the revision gives it. */
export function refuseUndeclared({ era, params, exchange }: Request): RpcError | undefined {
  const meta = isRecord(params._meta) ? params._meta : undefined;
  if (declaresTasks(era.statementOf(meta)?.capabilities ?? {})) return undefined;
  exchange.httpStatus = 400;
  const detail = "Cannot take request: the client has not declared that it takes tasks";
  return problemToRpc({
    code: "capability_required",
    detail,
    requiredCapabilities: TASKS_CAPABILITY,
  });
}

function unknownTask(): RpcError {
  return invalidParams("Invalid params: unknown task");
}
