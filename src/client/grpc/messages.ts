/** Requests and answers of the SDK as the messages of gomcp.proto. */
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import { checkResult } from "../answers.ts";
import { badAnswer, GoMCPError } from "../errors.ts";
import { jsonText } from "../options.ts";
import type { BatchCall, BatchOptions, BatchResult, ToolMap } from "../types.ts";
import { errorOfMessage } from "./errors.ts";

const UTF8 = new TextEncoder();
const TEXT = new TextDecoder();
const ALL_AT_ONCE = -1;
const ONE_BY_ONE = 0;
const { ON_ERROR_CONTINUE, ON_ERROR_STOP } = gomcp.v1.OnError;

export function callRequest(
  tool: string,
  args: unknown,
  wantsLog: boolean,
): gomcp.v1.CallToolRequestInit {
  return { tool, ...argumentsOf(args), ...(wantsLog && { logLevel: "debug" }) };
}

export function batchRequest<T extends ToolMap<T>>(
  calls: readonly BatchCall<T>[],
  { parallel = false, onError, deadlineMs }: BatchOptions,
): gomcp.v1.BatchCallRequestInit {
  return {
    items: calls.map(({ id, tool, arguments: args }) => ({
      ...(id !== undefined && { id: String(id) }),
      tool,
      ...argumentsOf(args),
    })),
    parallel: parallelOf(parallel),
    onError: onError === "stop" ? ON_ERROR_STOP : ON_ERROR_CONTINUE,
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}

/** As many as the tenant may, one after another, or so many; what a message cannot say is refused here. */
function parallelOf(parallel: boolean | number): number {
  if (typeof parallel === "boolean") return parallel ? ALL_AT_ONCE : ONE_BY_ONE;
  if (Number.isInteger(parallel) && parallel >= 1) return parallel;
  const what = `parallel is ${parallel}, expected true, false or a number of calls`;
  const pointer = "/parallel";
  throw new GoMCPError("invalid_request", `Cannot take batch: ${what}`, { pointer });
}

function argumentsOf(args: unknown): { readonly argumentsJson?: Uint8Array } {
  return args === undefined ? {} : { argumentsJson: UTF8.encode(jsonText(args)) };
}

/** How one call of a batch ended. Ids that were numbers are numbers again. */
export function readItem<T extends ToolMap<T>>(
  { index, durationMs, result, problem }: gomcp.v1.BatchCallResult,
  calls: readonly BatchCall<T>[],
): BatchResult {
  const call = calls[index];
  if (call === undefined) throw badAnswer("a result of the batch is of no call");
  const known = { id: call.id ?? String(index), index, durationMs };
  if (problem !== null) return { ...known, ok: false, error: errorOfMessage(problem) };
  const json = result?.resultJson ?? null;
  if (json === null) throw badAnswer("a call of the batch has no end");
  return { ...known, ok: true, result: checkResult(parseJson(json)) };
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(TEXT.decode(bytes));
  } catch {
    throw badAnswer("it holds what is no JSON");
  }
}
