/** ToolService's methods that call several tools: admitted whole, answered one by one. */
import { GomcpError, type Problem } from "../../base/errors.ts";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import {
  type Batch,
  type BatchCall,
  checkIds,
  checkSize,
  readDeadline,
  refuseBatch,
} from "../../runtime/batches.ts";
import type { Answer } from "./handlers.ts";
import { outcomeMessage, readArguments, refuseForm, unknownValue } from "./messages.ts";
import { problemMessage } from "./status.ts";
import type { StreamWriter } from "./stream_writer.ts";
import type { Turn } from "./turn.ts";

type Request = gomcp.v1.BatchCallRequest;
type Result = gomcp.v1.BatchCallResultInit;
const { BatchCallResponse, BatchCallResult, OnError } = gomcp.v1;

/** As many as the server allows. */
const ALL_AT_ONCE = -1;
const AT = "/items";
const ON_ERRORS: ReadonlySet<number> = new Set(Object.values(OnError));

/** A batch, the form of its results, and how long the client gives it. */
interface GrpcBatch extends Batch {
  readonly resultForm: number;
  readonly deadlineMs: number | undefined;
}

export async function batchCall(request: Request, turn: Turn): Promise<Answer> {
  const results: Result[] = [];
  const problem = await runBatch(request, turn, (result) => {
    results[result.index!] = result;
    return undefined;
  });
  return problem ?? BatchCallResponse.encode({ results }).finish();
}

export function batchCallStream(
  request: Request,
  turn: Turn,
  writer: StreamWriter,
): Promise<Problem | undefined> {
  return runBatch(request, turn, (result) => {
    writer.send(BatchCallResult.encode(result).finish());
    // No more calls than the client reads the results of.
    return writer.ready();
  });
}

/** Runs a batch and tells each result; a problem when it was refused whole. */
async function runBatch(
  request: Request,
  turn: Turn,
  tell: (result: Result) => Promise<void> | undefined,
): Promise<Problem | undefined> {
  const batch = readBatch(request);
  if ("code" in batch) return batch;
  const { runtime, caller: client } = turn;
  const gone = new AbortController();
  turn.stopWithClient([{ stop: ({ code, detail }) => gone.abort(new GomcpError(code, detail)) }]);
  const report = await runtime.processBatch(batch, {
    adapter: "grpc",
    client,
    deadlineMs: earlier(turn.timeoutMs, batch.deadlineMs),
    signal: gone.signal,
    onResult: async ({ id, index, durationMs, outcome }) => {
      const message = outcomeMessage(outcome, batch.resultForm);
      const ended = "code" in message ? { problem: problemMessage(message) } : { result: message };
      await tell({ id: String(id), index, durationMs, ...ended });
    },
  });
  return "code" in report ? report : undefined;
}

function readBatch(
  { items, parallel, onError, resultForm, deadlineMs: given }: Request,
): GrpcBatch | Problem {
  const wrongSize = checkSize(items.length, AT);
  if (wrongSize !== undefined) return wrongSize;
  if (parallel < ALL_AT_ONCE) {
    const what = `parallel is ${parallel}, expected -1, 0 or a number of calls`;
    return refuseBatch(what, "/parallel");
  }
  const unknown = refuseForm(resultForm) ??
    (ON_ERRORS.has(onError) ? undefined : unknownValue("on_error", onError));
  if (unknown !== undefined) return unknown;
  // What a message leaves out is 0.
  const deadlineMs = readDeadline(given === 0 ? undefined : given, "deadline_ms");
  if (typeof deadlineMs === "object") return deadlineMs;
  const calls: BatchCall[] = [];
  for (const [index, item] of items.entries()) {
    const read = readArguments(item, `${AT}/${index}`);
    if ("code" in read) return read;
    calls.push({ id: item.id === "" ? String(index) : item.id, tool: item.tool, args: read.args });
  }
  return checkIds(calls, AT) ?? {
    calls,
    parallel: parallel === ALL_AT_ONCE ? true : Math.max(1, parallel),
    onError: onError === OnError.ON_ERROR_STOP ? "stop" : "continue",
    resultForm,
    deadlineMs,
  };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? a ?? b : Math.min(a, b);
}
