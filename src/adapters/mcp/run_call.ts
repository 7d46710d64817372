/** A request that becomes a call: made, sent through the layers, and answered unless it was cancelled. */
import { isRecord } from "../../base/json.ts";
import { Call, DEFAULT_TENANT } from "../../pipeline/call.ts";
import type { Outcome } from "../../pipeline/outcome.ts";
import { RetryAsker } from "../../pipeline/retry_asker.ts";
import { readTrace } from "../../pipeline/trace.ts";
import { errorText, type RpcError } from "../../protocol/jsonrpc.ts";
import type { CallKind } from "../../protocol/methods.ts";
import { declaresTasks } from "../../protocol/tasks.ts";
import type { TaskStarted } from "../../runtime/tasks.ts";
import { inputRequiredText, outcomeText, startedText } from "./call_text.ts";
import { clientOf } from "./client.ts";
import { eventSender } from "./events.ts";
import { refuseOpening } from "./open_requests.ts";
import { PeerAsker } from "./peer_asker.ts";
import type { Answer, Request } from "./request.ts";
import { readAnswers, sealRound } from "./request_state.ts";

/** What a request asks for. */
export interface Wanted {
  readonly kind: CallKind;
  /** The name of the tool or prompt, or the URI of the resource. */
  readonly name: string;
  readonly args: unknown;
}

export function runCall(request: Request, wanted: Wanted): Answer | Promise<Answer> {
  const { peer, id, exchange, runtime } = request;
  if (peer.hasOpen) {
    const refusal = refuseOpening(request);
    if (refusal !== undefined) return refusal;
  }
  const call = createCall(request, wanted);
  if (!(call instanceof Call)) return errorText(id, call);
  call.arrivedMs = exchange.arrivedMs;
  const outcome = takesTask(request, call) ? runtime.tasks!.handle(call) : runtime.handle(call);
  if (!(outcome instanceof Promise)) return finish(request, call, outcome);
  tellRates(request, call);
  peer.open.set(id, call);
  exchange.onPending?.(call);
  return outcome.then((settled) => settle(request, call, settled));
}

/** Not sent any more when the client has cancelled the request (MCP, basic/utilities/cancellation). */
function settle(request: Request, call: Call, outcome: Outcome | TaskStarted): Answer {
  const { open } = request.peer;
  if (open.get(request.id) !== call) {
    silence(call);
    return undefined;
  }
  open.delete(request.id);
  // The call goes on, and what it says is the task's from now on.
  if (outcome.kind === "task") return startedText(request, outcome);
  return finish(request, call, outcome);
}

function finish(request: Request, call: Call, outcome: Outcome): string {
  silence(call);
  tellRates(request, call);
  // A call that was refused before it ran is worth another try, with the same state.
  const cameToNothing = outcome.kind === "problem" && outcome.problem.retryAfterMs !== undefined;
  if (cameToNothing && call.asker instanceof RetryAsker) call.asker.giveBack?.();
  if (outcome.kind !== "input_required") return outcomeText(request, call.kind, outcome);
  const answers = call.asker instanceof RetryAsker ? call.asker.used() : {};
  const asked = Object.keys(outcome.requests);
  const state = sealRound(request.runtime, { answers, asked }, call);
  return inputRequiredText(request, outcome.requests, state);
}

/** The tasks of the handshake revisions were others: their clients get none. */
function takesTask({ runtime }: Request, { kind, asker }: Call): boolean {
  return runtime.tasks !== undefined && kind === "tool" && asker instanceof RetryAsker &&
    declaresTasks(asker.capabilities);
}

/** Before the answer as well: it may begin as a stream, whose headers go first. */
function tellRates({ exchange }: Request, { rates }: Call): void {
  if (rates !== undefined) exchange.rates = rates;
}

/** Nothing may follow the answer. */
function silence(call: Call): void {
  call.onEvent = undefined;
  call.asker?.close();
}

/** An error only for a modern retry whose state is not to be trusted. */
function createCall(request: Request, { kind, name, args }: Wanted): Call | RpcError {
  const { peer, id, params, era, exchange, runtime } = request;
  const meta = isRecord(params._meta) ? params._meta : undefined;
  const own = era.statementOf(meta);
  const client = clientOf(request, own);
  const level = own === undefined ? peer.logLevel : own.logLevel;
  const token = meta?.progressToken;
  const onEvent = level === undefined && token === undefined
    ? undefined
    : eventSender(exchange.notify.bind(exchange), token, level);
  const tool = name;
  let before = NO_ANSWERS;
  if (own !== undefined && params.requestState !== undefined) {
    const { access } = peer;
    const identity = { kind, tool, args, client, access, tenant: access?.tenant ?? DEFAULT_TENANT };
    const read = readAnswers(runtime, params, identity);
    if ("error" in read) return read.error;
    before = read;
  }
  const asker = own === undefined
    ? new PeerAsker(peer, exchange)
    : askerOf(own.capabilities, before, params);
  const { adapter, access } = peer;
  // The rounds of a call are one call: the first one has paid.
  const ticket = before.giveBack === undefined ? request.batch?.ticket : { left: 1, window: -1 };
  const batch = request.batch?.seq;
  // Spelled out: a spread would cost as much as the call itself.
  const call = onEvent === undefined
    ? new Call({ kind, tool, args, id, client, access, ticket, batch, adapter, asker })
    : new Call({ kind, tool, args, id, client, access, ticket, batch, adapter, asker, onEvent });
  if (meta?.traceparent !== undefined) call.trace = readTrace(meta);
  return call;
}

/** Without a state, a client may only say beforehand what it will be asked first. */
function askerOf(
  capabilities: Readonly<Record<string, unknown>>,
  before: Answers,
  { requestState, inputResponses }: Readonly<Record<string, unknown>>,
): RetryAsker {
  if (requestState !== undefined || !isRecord(inputResponses)) {
    return new RetryAsker(capabilities, before.answers, before.giveBack);
  }
  return new RetryAsker(capabilities, inputResponses, undefined, true);
}

/** What a retry brings along. */
interface Answers {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly giveBack?: () => void;
}

const NO_ANSWERS: Answers = {
  answers: {},
};
