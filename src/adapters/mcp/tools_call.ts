/** tools/call: the parameters become a `Call`, its outcome the text of an answer. */
import { CODE_TABLE } from "../../base/code_table.ts";
import { type Problem, problemData } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import { Call, type CallEvent } from "../../pipeline/call.ts";
import { type Completed, membersOf, type Outcome, resultMembers } from "../../pipeline/outcome.ts";
import {
  errorText,
  invalidParams,
  invalidRequest,
  notificationText,
  problemToRpc,
  resultText,
} from "../../protocol/jsonrpc.ts";
import { legacyStructured } from "../../protocol/legacy.ts";
import { isMcpLogLevel, isWanted, type McpLogLevel } from "../../protocol/logging.ts";
import { CLIENT_INFO_KEY, LOG_LEVEL_KEY } from "../../protocol/modern.ts";
import { ClaimedClient } from "./client.ts";
import type { Answer, Request } from "./request.ts";
import { tailOf } from "./tail.ts";

/** Where MCP carries a refusal as a tool result, the problem is in its `_meta` under this key. */
export const PROBLEM_KEY = "gomcp/problem";

const NO_ARGUMENTS = Object.freeze({});

export function callTool(request: Request): Answer | Promise<Answer> {
  const { peer, id, params, exchange, runtime } = request;
  const { name } = params;
  if (typeof name !== "string") {
    return errorText(id, invalidParams('Invalid params: "name" is the name of a tool, a string'));
  }
  if (peer.open.size > 0) {
    const refusal = refuseOpening(request);
    if (refusal !== undefined) return refusal;
  }
  const call = createCall(request, name);
  const outcome = runtime.handle(call);
  if (!(outcome instanceof Promise)) return answerText(request, call, outcome);
  peer.open.set(id, call);
  exchange.onPending?.(call);
  return outcome.then((settled) => settle(request, call, settled));
}

/** Not sent any more when the client has cancelled the request (MCP, basic/utilities/cancellation). */
function settle(request: Request, call: Call, outcome: Outcome): Answer {
  const { open } = request.peer;
  if (open.get(request.id) !== call) {
    call.onEvent = undefined;
    return undefined;
  }
  open.delete(request.id);
  return answerText(request, call, outcome);
}

function refuseOpening(request: Request): Answer {
  const { peer, id } = request;
  if (peer.open.has(id)) {
    const text = `Cannot take request: the id ${JSON.stringify(id)} belongs to one that is open`;
    // With the id, the answer would be taken for that of the open request.
    return errorText(undefined, invalidRequest(text));
  }
  if (peer.open.size < LIMITS.openRequestsMax) return undefined;
  return problemText(request, {
    code: "overloaded",
    detail: `Cannot take the call: ${peer.open.size} requests of this client are open`,
    limit: LIMITS.openRequestsMax,
    remaining: 0,
    retryAfterMs: 1_000,
  });
}

function createCall({ peer, id, params, modern, exchange }: Request, tool: string): Call {
  const meta = isRecord(params._meta) ? params._meta : undefined;
  const claimed = modern ? meta?.[CLIENT_INFO_KEY] : undefined;
  const client = isRecord(claimed) ? new ClaimedClient(claimed, peer.connection) : peer.client;
  const level = modern ? meta?.[LOG_LEVEL_KEY] : peer.logLevel;
  const token = meta?.progressToken;
  const args = params.arguments ?? NO_ARGUMENTS;
  if (level === undefined && token === undefined) {
    return new Call({ tool, args, id, client, adapter: peer.adapter });
  }
  const onEvent = eventSender(
    exchange.notify.bind(exchange),
    isProgressToken(token) ? token : undefined,
    isMcpLogLevel(level) ? level : undefined,
  );
  return new Call({ tool, args, id, client, adapter: peer.adapter, onEvent });
}

function isProgressToken(token: unknown): token is string | number {
  return typeof token === "string" || typeof token === "number";
}

function eventSender(
  notify: (text: string) => void,
  token: string | number | undefined,
  threshold: McpLogLevel | undefined,
): (event: CallEvent) => void {
  return (event) => {
    if (event.kind === "progress") {
      if (token === undefined) return;
      const { progress, total, message } = event;
      const params = { progressToken: token, progress, total, message };
      notify(notificationText("notifications/progress", params));
    } else if (isWanted(event.level, threshold)) {
      notify(logText(event.level, event.data));
    }
  };
}

/** What a tool logs may be anything; it must not fail for having logged. */
function logText(level: McpLogLevel, data: unknown): string {
  try {
    return notificationText("notifications/message", { level, logger: "tool", data });
  } catch {
    const text = "(what the tool logged cannot be shown as JSON)";
    return notificationText("notifications/message", { level, logger: "tool", data: text });
  }
}

function answerText(request: Request, call: Call, outcome: Outcome): string {
  call.onEvent = undefined; // nothing may follow the answer
  return outcome.kind === "result"
    ? completedText(request, outcome)
    : problemText(request, outcome.problem);
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

function problemText(request: Request, problem: Problem): string {
  if (problem.retryAfterMs !== undefined) request.exchange.retryAfterMs = problem.retryAfterMs;
  if (!CODE_TABLE[problem.code].asToolResult) return errorText(request.id, problemToRpc(problem));
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
