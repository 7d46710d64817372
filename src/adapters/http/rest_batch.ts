/** The body of POST /v1/tools/batch: refused whole, with a pointer, when any part of it is wrong. */
import type { Problem } from "../../base/errors.ts";
import { isRecord, kindOf } from "../../base/json.ts";
import {
  type Batch,
  type BatchCall,
  checkIds,
  checkSize,
  readDeadline,
  readOnError,
  readParallel,
  refuseBatch,
} from "../../runtime/batches.ts";

/** A batch, and how long the client gives it. */
export interface RestBatch extends Batch {
  readonly deadlineMs: number | undefined;
}

const AT = "/requests";

/**
 * Reads {"requests": […], "parallel"?: true | false | N, "onError"?: "continue" | "stop",
 * "deadlineMs"?: N}; without `parallel`, one after another.
 */
export function readBatch(body: Record<string, unknown>): RestBatch | Problem {
  const { requests } = body;
  if (!Array.isArray(requests)) {
    return refuseBatch(`"requests" is ${kindOf(requests)}, expected array`, AT);
  }
  const wrongSize = checkSize(requests.length, AT);
  if (wrongSize !== undefined) return wrongSize;
  const parallel = readParallel(body.parallel === undefined ? false : body.parallel);
  if (typeof parallel === "object") return parallel;
  const onError = readOnError(body.onError === undefined ? "continue" : body.onError);
  if (typeof onError === "object") return onError;
  const deadlineMs = readDeadline(body.deadlineMs);
  if (typeof deadlineMs === "object") return deadlineMs;
  const calls: BatchCall[] = [];
  for (let index = 0; index < requests.length; index++) {
    const call = readCall(requests[index], index);
    if ("code" in call) return call;
    calls.push(call);
  }
  return checkIds(calls, AT) ?? { calls, parallel, onError, deadlineMs };
}

/** The id is looked at later, with those of the others. */
function readCall(request: unknown, index: number): BatchCall | Problem {
  if (!isRecord(request)) {
    return refuseBatch(`an item is ${kindOf(request)}, expected object`, `${AT}/${index}`);
  }
  const { id = String(index), tool } = request;
  if (typeof tool === "string") {
    return { id: id as BatchCall["id"], tool, args: request.arguments ?? {} };
  }
  const what = `"tool" is ${kindOf(tool)}, expected the name of a tool`;
  return refuseBatch(what, `${AT}/${index}/tool`);
}
