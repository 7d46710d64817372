/** Outcomes of calls as the text of an answer, in the form of the request's era. */
import type { Problem } from "../../base/errors.ts";
import type { Completed, InputRequired, Outcome } from "../../pipeline/outcome.ts";
import { errorText, resultText } from "../../protocol/jsonrpc.ts";
import type { CallKind } from "../../protocol/methods.ts";
import { inputRequiredTail, taskTail } from "../../protocol/modern.ts";
import { showTask, type TaskStarted } from "../../runtime/tasks.ts";
import type { Request } from "./request.ts";

export function outcomeText(
  request: Request,
  kind: CallKind,
  outcome: Exclude<Outcome, InputRequired>,
): string {
  switch (outcome.kind) {
    case "result":
      return completedText(request, outcome);
    case "answer":
      return resultText(
        request.id,
        request.era.answerMembers(outcome.members, kind, request.runtime.info),
      );
    case "problem":
      return problemText(request, kind, outcome.problem);
  }
}

function completedText({ runtime, id, era }: Request, { result, members }: Completed): string {
  return resultText(id, era.resultMembers(result, members, runtime.info));
}

/** The questions of a modern call, and the state that the client brings back with the answers. */
export function inputRequiredText(
  { runtime, id }: Request,
  requests: InputRequired["requests"],
  requestState: string,
): string {
  const members = JSON.stringify({ inputRequests: requests, requestState }).slice(1, -1);
  return resultText(id, members + inputRequiredTail(runtime.info));
}

/** The call goes on as a task: what is known of it at its beginning. */
export function startedText({ runtime, id }: Request, { task }: TaskStarted): string {
  return resultText(id, JSON.stringify(showTask(task)).slice(1, -1) + taskTail(runtime.info));
}

export function problemText(request: Request, kind: CallKind, problem: Problem): string {
  const { id, era, exchange } = request;
  if (problem.retryAfterMs !== undefined) exchange.retryAfterMs = problem.retryAfterMs;
  if (problem.requiredScopes !== undefined) exchange.missingScopes = problem;
  const answer = era.problemAnswer(kind, problem);
  if ("result" in answer) {
    return completedText(request, { kind: "result", result: answer.result, members: undefined });
  }
  if (answer.error.httpStatus !== 200) exchange.httpStatus = answer.error.httpStatus;
  return errorText(id, answer.error);
}
