/** ToolService's methods that call several tools: admitted whole, answered one by one. */
import type { Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { Call } from "../../pipeline/call.ts";
import type { ToolOutcome } from "../../pipeline/outcome.ts";
import type { BatchTicket } from "../../pipeline/ticket.ts";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import type { Answer } from "./handlers.ts";
import { outcomeMessage, readArguments } from "./messages.ts";
import { problemMessage } from "./status.ts";
import type { StreamWriter } from "./stream_writer.ts";
import type { Turn } from "./turn.ts";

type Request = gomcp.v1.BatchCallRequest;
type Result = gomcp.v1.BatchCallResultInit;
const { BatchCallResponse, BatchCallResult, OnError } = gomcp.v1;

/** As many as the server allows. */
const ALL_AT_ONCE = -1;
const STOPPED: Problem = {
  code: "cancelled",
  detail: "The call was not made: one before it in the batch had failed",
};

/** A batch that is right as far as it can be seen. */
interface Batch {
  readonly items: readonly { readonly id: string; readonly tool: string; readonly args: unknown }[];
  /** Calls at once; undefined for as many as workers allow. */
  readonly parallel: number | undefined;
  readonly stopsOnError: boolean;
  readonly resultForm: number;
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
  const { runtime, caller } = turn;
  const opened = await runtime.openBatch(caller.access, batch.items.length);
  if (opened !== undefined && "code" in opened) return opened;
  try {
    await runCalls(batch, turn, opened?.ticket, tell);
  } finally {
    opened?.end();
  }
  return undefined;
}

async function runCalls(
  batch: Batch,
  turn: Turn,
  ticket: BatchTicket | undefined,
  tell: (result: Result) => Promise<void> | undefined,
): Promise<void> {
  const { runtime, caller: client, timeoutMs } = turn;
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  const calls = batch.items.map(({ tool, args, id }) =>
    new Call({ tool, args, id, adapter: "grpc", client, ticket, ...timeout })
  );
  turn.stopWithClient(calls);
  const open = new Set(calls);
  const onOutcome = async (index: number, outcome: ToolOutcome, durationMs: number) => {
    open.delete(calls[index]!);
    if (batch.stopsOnError && hasFailed(outcome)) {
      for (const call of open) call.stop(STOPPED);
    }
    const message = outcomeMessage(outcome, batch.resultForm);
    const { id } = batch.items[index]!;
    const ended = "code" in message ? { problem: problemMessage(message) } : { result: message };
    await tell({ id, index, durationMs, ...ended });
  };
  const width = batch.parallel === undefined ? {} : { parallel: batch.parallel };
  await runtime.callBatch(calls, { ...width, onOutcome });
}

function hasFailed(outcome: ToolOutcome): boolean {
  return outcome.kind === "problem" || outcome.result.isError === true;
}

function readBatch({ items, parallel, onError, resultForm }: Request): Batch | Problem {
  if (items.length === 0) return refuse("it has no calls, expected at least one", "/items");
  if (items.length > LIMITS.batchItemsMax) return tooMany(items.length);
  if (parallel < ALL_AT_ONCE) {
    return refuse(`parallel is ${parallel}, expected -1, 0 or a number of calls`, "/parallel");
  }
  const read: Batch["items"][number][] = [];
  const ids = new Set<string>();
  for (const [index, item] of items.entries()) {
    const at = `/items/${index}`;
    const id = item.id === "" ? String(index) : item.id;
    if (id.length > LIMITS.requestIdCharsMax) {
      return refuse(`an id has more than ${LIMITS.requestIdCharsMax} characters`, `${at}/id`);
    }
    if (ids.has(id)) return refuse(`the id ${JSON.stringify(id)} stands twice`, `${at}/id`);
    ids.add(id);
    const given = readArguments(item, at);
    if ("code" in given) return given;
    read.push({ id, tool: item.tool, args: given.args });
  }
  return {
    items: read,
    parallel: parallel === ALL_AT_ONCE ? undefined : Math.max(1, parallel),
    stopsOnError: onError === OnError.ON_ERROR_STOP,
    resultForm,
  };
}

function tooMany(count: number): Problem {
  const limit = LIMITS.batchItemsMax;
  const detail = `Cannot take batch: it has ${count} calls, expected at most ${limit}`;
  return { code: "too_large", detail, pointer: "/items", limit };
}

function refuse(what: string, pointer: string): Problem {
  return { code: "invalid_request", detail: `Cannot take batch: ${what}`, pointer };
}
