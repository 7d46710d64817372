/** JSON-RPC with one upstream, as its client: requests and their answers, notifications, questions. */
import { Budget } from "../base/budget.ts";
import type { CancelTimer, Clock } from "../base/clock.ts";
import { isGomcpError, type Problem } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { Call } from "../pipeline/call.ts";
import type { InputRequest } from "../pipeline/input.ts";
import { clip, readEnvelope, type RpcMessage } from "../protocol/jsonrpc.ts";
import { CANCELLED } from "../protocol/methods.ts";
import { eventOf } from "./call_events.ts";
import type { Outgoing, TransportListener, UpstreamTransport } from "./transport.ts";

type Values = Readonly<Record<string, unknown>>;

/** How a request ended. */
export type Reply =
  | { readonly kind: "result"; readonly result: Values }
  | {
    readonly kind: "error";
    readonly code: number;
    readonly message: string;
    readonly data: unknown;
  }
  | { readonly kind: "problem"; readonly problem: Problem };

/** What belongs to a request beside its parameters. */
export interface RequestOptions extends Pick<Outgoing, "name" | "headers"> {
  /** Whose request it is: hears of progress, is asked, and cancels it. */
  readonly call?: Call;
  /** How long to wait; a call has its own deadline. @default for ever */
  readonly timeoutMs?: number;
  /** Cancels it. */
  readonly signal?: AbortSignal;
}

/** Hears of what is no answer. */
export interface ConversationListener {
  onNotification(method: string, params: Values): void;
  /** Puts a question to the client of a call; gives its answer, or throws. */
  onQuestion(call: Call, question: InputRequest, number: number): Promise<unknown>;
  /** The upstream breaks the protocol: there is no more to be had of it. */
  onBroken(why: string): void;
}

interface Open {
  readonly id: number;
  readonly resolve: (reply: Reply) => void;
  readonly call: Call | undefined;
  readonly method: string;
  /** Questions that were put on its behalf. */
  questions: number;
  cancelTimer: CancelTimer | undefined;
}

/** What a client may be asked (2025-11-25, client features). */
const QUESTIONS = new Set(["elicitation/create", "sampling/createMessage", "roots/list"]);
const UNWANTED: Problem = { code: "cancelled", detail: "Nobody waits for it any more" };
const WAITS: Problem = {
  code: "cancelled",
  detail: "The call waits for an answer of its client",
};
const METHOD_NOT_FOUND = -32601;
const INTERNAL = -32603;

export class Conversation implements TransportListener {
  /** Set once it is open. */
  transport!: UpstreamTransport;
  readonly #clock: Clock;
  readonly #listener: ConversationListener;
  readonly #budget: Budget;
  readonly #open = new Map<number, Open>();
  #lastId = 0;
  #openQuestions = 0;
  /** Why there is nobody to speak with any more. */
  #failure: Problem | undefined;
  /** Calls that were given up and may still be at work: what they ask is for nobody else. */
  readonly #givenUp = new Map<number, { readonly tenant: string; readonly untilMs: number }>();

  constructor(clock: Clock, listener: ConversationListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#budget = new Budget(clock);
  }

  /** Sends a request. Never rejects. */
  request(method: string, params: Values, options: RequestOptions = {}): Promise<Reply> {
    const { call, timeoutMs } = options;
    if (this.#failure !== undefined) {
      return Promise.resolve({ kind: "problem", problem: this.#failure });
    }
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const open: Open = { id, resolve, call, method, questions: 0, cancelTimer: undefined };
      this.#open.set(id, open);
      if (timeoutMs !== undefined) {
        open.cancelTimer = this.#clock.after(timeoutMs, () => this.#expire(id, method, timeoutMs));
      }
      if (call !== undefined) call.onAbort = (why) => this.#abort(id, why);
      options.signal?.addEventListener("abort", () => this.#abort(id, UNWANTED), { once: true });
      const sent = call?.onEvent === undefined ? params : withToken(params, id);
      const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: sent });
      this.transport.send({ text, id, method, name: options.name, headers: options.headers });
    });
  }

  notify(method: string, params: Values = {}): void {
    this.transport.send({ text: JSON.stringify({ jsonrpc: "2.0", method, params }), method });
  }

  /** Everything that is open ends so: the connection has gone. */
  fail(problem: Problem): void {
    this.#failure = problem;
    for (const id of [...this.#open.keys()]) this.#give(id, { kind: "problem", problem });
  }

  onMessage(text: string, about: number | undefined): void {
    const envelope = readEnvelope(parse(text));
    if (envelope.kind === "response") {
      return this.#onResponse(envelope.id, envelope.message, text.length);
    }
    // What is no JSON-RPC is noise, such as a server's greeting; too much of it is a flood.
    if (!this.#budget.take(text.length)) return this.#listener.onBroken("it floods its connection");
    if (envelope.kind === "invalid") return;
    const { message } = envelope;
    if (message.id === undefined) this.#onNotification(message, about);
    else void this.#onRequest(message, about);
  }

  isWaiting(id: number): boolean {
    return this.#open.has(id);
  }

  onLost(id: number, problem: Problem): void {
    this.#give(id, { kind: "problem", problem });
  }

  #onResponse(id: unknown, message: Values, chars: number): void {
    if (typeof id !== "number" || !this.#open.has(id)) {
      this.#givenUp.delete(id as number);
      // Late, or the second one, or to nothing: each takes its part of what may be said unasked.
      if (!this.#budget.take(chars)) this.#listener.onBroken("it answers what nobody asked");
      return;
    }
    const { error, result } = message;
    if (isRecord(error)) {
      const { code, message: text, data } = error;
      this.#give(id, {
        kind: "error",
        code: typeof code === "number" ? code : INTERNAL,
        message: typeof text === "string" ? text : "no message",
        data,
      });
    } else if (isRecord(result)) this.#give(id, { kind: "result", result });
    else {
      const detail = "it answered with neither a result nor an error";
      this.#give(id, { kind: "problem", problem: { code: "upstream_failed", detail } });
    }
  }

  #onNotification({ method, params = {} }: RpcMessage, about: number | undefined): void {
    if (method === "notifications/progress") {
      const call = this.#open.get(params.progressToken as number)?.call;
      return tell(call, method, params);
    }
    if (method === "notifications/message") {
      const call = this.#callOf(about);
      if (call !== undefined) return tell(call, method, params);
    }
    this.#listener.onNotification(method, params);
  }

  async #onRequest({ id, method, params = {} }: RpcMessage, about: number | undefined) {
    const answer = (body: Values) =>
      this.transport.send({ text: JSON.stringify({ jsonrpc: "2.0", id, ...body }) });
    if (method === "ping") return answer({ result: {} });
    if (!QUESTIONS.has(method)) {
      return answer({
        error: { code: METHOD_NOT_FOUND, message: `Method not found: ${clip(method)}` },
      });
    }
    const open = this.#askedFor(about);
    const fault = open === undefined
      ? "no call is open, or several are, and it cannot be told whose question this is"
      : this.#openQuestions >= LIMITS.openQuestionsMax
      ? `${LIMITS.openQuestionsMax} questions are open`
      : undefined;
    if (fault !== undefined) {
      this.#listener.onNotification("gomcp/unasked", { method, fault });
      return answer({ error: { code: INTERNAL, message: `Cannot ask the client: ${fault}` } });
    }
    this.#openQuestions++;
    const { call, questions, id: askedId } = open!;
    open!.questions++;
    const question = { method, params } as InputRequest;
    try {
      answer({ result: await this.#listener.onQuestion(call!, question, questions + 1) });
    } catch (thrown) {
      // A client that must come again with its answer ends the call: it is made anew then.
      if (call!.asker?.open() !== undefined) return this.#abort(askedId, WAITS);
      // Of the modern era: the call is refused that needs what its client has not declared
      // (2026-07-28, MissingRequiredClientCapability).
      if (call!.asker?.comesAgain === true && isGomcpError(thrown)) {
        return this.#abort(askedId, thrown.problem);
      }
      const message = thrown instanceof Error ? thrown.message : "the client gave no answer";
      answer({ error: { code: INTERNAL, message } });
    } finally {
      this.#openQuestions--;
    }
  }

  /** The call that a message belongs to: that of its stream, or the only one there is. */
  #askedFor(about: number | undefined): Open | undefined {
    if (this.transport.hasStreams) return about === undefined ? undefined : this.#open.get(about);
    let only: Open | undefined;
    for (const open of this.#open.values()) {
      if (open.call === undefined) continue;
      if (only !== undefined) return undefined;
      only = open;
    }
    return only === undefined || this.#isAmbiguous(only.call!) ? undefined : only;
  }

  /** What was given up may go on over there: its words must not reach another tenant's client. */
  #isAmbiguous({ tenant }: Call): boolean {
    const nowMs = this.#clock.now();
    for (const [id, given] of this.#givenUp) {
      if (given.untilMs < nowMs) this.#givenUp.delete(id);
      else if (given.tenant !== tenant) return true;
    }
    return false;
  }

  #callOf(about: number | undefined): Call | undefined {
    return this.#askedFor(about)?.call;
  }

  #abort(id: number, why: Problem): void {
    const call = this.#open.get(id)?.call;
    if (!this.#give(id, { kind: "problem", problem: why })) return;
    if (call !== undefined && !this.transport.hasStreams) this.#rememberGivenUp(id, call);
    this.notify(CANCELLED, { requestId: id, reason: why.detail });
    this.transport.abandon(id);
  }

  /** For a while, and so many: an upstream that heeds cancellation never answers them. */
  #rememberGivenUp(id: number, { tenant }: Call): void {
    const { upstreamGivenUpMax, upstreamGivenUpMs } = LIMITS;
    this.#givenUp.set(id, { tenant, untilMs: this.#clock.now() + upstreamGivenUpMs });
    if (this.#givenUp.size <= upstreamGivenUpMax) return;
    this.#givenUp.delete(this.#givenUp.keys().next().value!);
  }

  #expire(id: number, method: string, timeoutMs: number): void {
    const detail = `The upstream did not answer ${method} within ${timeoutMs} ms`;
    this.#abort(id, { code: "deadline_exceeded", detail });
  }

  #give(id: number, reply: Reply): boolean {
    const open = this.#open.get(id);
    if (open === undefined) return false;
    this.#open.delete(id);
    open.cancelTimer?.();
    if (open.call !== undefined) open.call.onAbort = undefined;
    open.resolve(reply);
    return true;
  }
}

function tell(call: Call | undefined, method: string, params: Values): void {
  const event = eventOf(method, params);
  if (event !== undefined) call?.onEvent?.(event);
}

function withToken(params: Values, progressToken: number): Values {
  return { ...params, _meta: { ...params._meta as Values | undefined, progressToken } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
