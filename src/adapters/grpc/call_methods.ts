/** ToolService's methods that call one tool: with its result alone, or with what it says meanwhile. */
import { Buffer } from "node:buffer";
import type { Problem } from "../../base/errors.ts";
import { quoted } from "../../base/json.ts";
import { Call, type CallEvent } from "../../pipeline/call.ts";
import type { ToolOutcome } from "../../pipeline/outcome.ts";
import {
  isMcpLogLevel,
  isWanted,
  MCP_LOG_LEVELS,
  type McpLogLevel,
} from "../../protocol/logging.ts";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import { clip } from "../../protocol/jsonrpc.ts";
import { rateFields } from "../http/rate_fields.ts";
import type { Answer } from "./handlers.ts";
import { outcomeMessage, readArguments, refuseForm } from "./messages.ts";
import type { StreamWriter } from "./stream_writer.ts";
import type { Turn } from "./turn.ts";

type Request = gomcp.v1.CallToolRequest;
const { CallToolResponse, CallToolStreamResponse } = gomcp.v1;

export function callTool(request: Request, turn: Turn): Answer | Promise<Answer> {
  const call = createCall(request, turn);
  if ("code" in call) return call;
  const outcome = turn.runtime.handle(call);
  // Nobody is asked by this method: it ends as tools do.
  if (!(outcome instanceof Promise)) return answer(request, call, outcome as ToolOutcome);
  turn.stopWithClient([call]);
  return outcome.then((settled) => answer(request, call, settled as ToolOutcome));
}

function answer({ resultForm }: Request, call: Call, outcome: ToolOutcome): Answer {
  const message = outcomeMessage(outcome, resultForm);
  if ("code" in message) return message;
  const bytes = CallToolResponse.encode(message).finish();
  if (call.rates === undefined) return bytes;
  return { bytes, trailers: rateFields(call.rates) ?? {} };
}

export async function callToolStream(
  request: Request,
  turn: Turn,
  writer: StreamWriter,
): Promise<Problem | undefined> {
  const { logLevel } = request;
  if (logLevel !== "" && !isMcpLogLevel(logLevel)) {
    const detail = `Cannot take request: log_level is ${JSON.stringify(clip(logLevel))}, expected ${
      MCP_LOG_LEVELS.join(", ")
    }`;
    return { code: "invalid_request", detail, pointer: "/log_level" };
  }
  const threshold = logLevel === "" ? undefined : logLevel;
  const call = createCall(request, turn, (event) => {
    if (writer.isBehind) return;
    const message = eventMessage(event, threshold);
    if (message !== undefined) writer.send(CallToolStreamResponse.encode(message).finish());
  });
  if ("code" in call) return call;
  turn.stopWithClient([call]);
  const outcome = await turn.runtime.handle(call) as ToolOutcome;
  // Nothing may follow the result.
  call.onEvent = undefined;
  const result = outcomeMessage(outcome, request.resultForm);
  if ("code" in result) return result;
  writer.send(CallToolStreamResponse.encode({ result }).finish());
  return undefined;
}

export function createCall(
  request: Request,
  { caller: client, timeoutMs }: Pick<Turn, "caller" | "timeoutMs">,
  onEvent?: (event: CallEvent) => void,
): Call | Problem {
  const read = refuseForm(request.resultForm) ?? readArguments(request);
  if ("code" in read) return read;
  const { tool } = request;
  const { args } = read;
  // Spelled out: a spread would cost as much as the call itself.
  const call = timeoutMs === undefined && onEvent === undefined
    ? new Call({ tool, args, adapter: "grpc", client })
    : new Call({
      tool,
      args,
      adapter: "grpc",
      client,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(onEvent !== undefined && { onEvent }),
    });
  call.trace = client.trace;
  return call;
}

function eventMessage(
  event: CallEvent,
  threshold: McpLogLevel | undefined,
): gomcp.v1.CallToolStreamResponseInit | undefined {
  switch (event.kind) {
    case "progress": {
      const { progress, total, message } = event;
      return { progress: { progress, total, message } };
    }
    case "content":
      return { content: { blockJson: Buffer.from(JSON.stringify(event.block)) } };
    case "log":
      if (!isWanted(event.level, threshold)) return undefined;
      return { log: { level: event.level, dataJson: Buffer.from(logJson(event.data)) } };
  }
}

/** What a tool logs may be anything; it must not fail for having logged. */
function logJson(data: unknown): string {
  try {
    return JSON.stringify(data) ?? "null";
  } catch {
    return quoted("(what the tool logged cannot be shown as JSON)");
  }
}
