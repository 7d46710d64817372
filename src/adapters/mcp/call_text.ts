/** Outcomes of calls as the text of an answer, in the form of the request's era. */
import { CODE_TABLE } from "../../base/code_table.ts";
import { type Problem, problemData } from "../../base/errors.ts";
import type { CallKind } from "../../pipeline/call.ts";
import {
  type Completed,
  type InputRequired,
  membersOf,
  type Outcome,
  resultMembers,
  toolFailure,
} from "../../pipeline/outcome.ts";
import { errorText, problemToRpc, resultText } from "../../protocol/jsonrpc.ts";
import { legacyError, legacyStructured } from "../../protocol/legacy.ts";
import { cacheMembers, inputRequiredTail } from "../../protocol/modern.ts";
import type { Request } from "./request.ts";
import { tailOf } from "./tail.ts";

/** Where MCP carries a refusal as a tool result, the problem is in its `_meta` under this key. */
export const PROBLEM_KEY = "gomcp/problem";

export function outcomeText(
  request: Request,
  kind: CallKind,
  outcome: Exclude<Outcome, InputRequired>,
): string {
  switch (outcome.kind) {
    case "result":
      return completedText(request, outcome);
    case "answer":
      return answeredText(request, kind, outcome.members);
    case "problem":
      return problemText(request, kind, outcome.problem);
  }
}

function completedText({ runtime, id, modern }: Request, outcome: Completed): string {
  const { _meta: meta, structuredContent } = outcome.result;
  if (modern) return resultText(id, membersOf(outcome) + tailOf(runtime, meta));
  const fits = structuredContent === undefined || legacyStructured(structuredContent) !== undefined;
  const { structuredContent: _, ...plain } = outcome.result;
  const members = fits ? membersOf(outcome) : resultMembers(plain);
  return resultText(
    id,
    meta === undefined ? members : `${members},"_meta":${JSON.stringify(meta)}`,
  );
}

/** What a resource gave may differ from one moment to the next: it is not for keeping. */
function answeredText({ runtime, id, modern }: Request, kind: CallKind, members: string): string {
  if (!modern) return resultText(id, members);
  const cache = kind === "resource" ? cacheMembers(0, "private") : "";
  return resultText(id, members + cache + tailOf(runtime));
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

/** Only results of tools can carry a problem; elsewhere it is an error of JSON-RPC. */
export function problemText(request: Request, kind: CallKind, problem: Problem): string {
  if (problem.retryAfterMs !== undefined) request.exchange.retryAfterMs = problem.retryAfterMs;
  const { modern, exchange } = request;
  // Also when it shows itself only within a handler (2026-07-28, error -32021).
  if (modern && problem.code === "capability_required") exchange.httpStatus = 400;
  if (!modern && kind === "tool" && problem.code === "capability_required") {
    return completedText(request, toolFailure(problem.detail));
  }
  if (kind !== "tool" || !CODE_TABLE[problem.code].asToolResult) {
    const error = problemToRpc(problem);
    return errorText(
      request.id,
      modern || kind !== "resource" ? error : legacyError(problem, error),
    );
  }
  return completedText(request, {
    kind: "result",
    result: {
      content: [{ type: "text", text: problem.detail }],
      isError: true,
      _meta: { [PROBLEM_KEY]: problemData(problem) },
    },
    members: undefined,
  });
}
