/** One call of gRPC on its way: who makes it, how long it may take, and what ends with it. */
import type { Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Caller } from "./caller.ts";
import type { Connection } from "./connection.ts";

/** What grpc-js knows of a call, whatever its kind. */
export interface WireCall {
  getPeer(): string;
  getDeadline(): Date | number;
  readonly cancelled: boolean;
  on(event: "cancelled", listener: () => void): unknown;
}

/** Work that a call of gRPC waits for; a call of a tool is. */
export interface Stoppable {
  /** Ends it; nobody waits for what it gives. */
  stop(why: Problem): void;
}

/** How a stream ends that the server ends. */
export const STOPPING: Problem = {
  code: "overloaded",
  detail: "The server is shutting down",
  retryAfterMs: 1_000,
};
/** A client's clock ran before the request had come: it gives up a little before its deadline is here. */
const DEADLINE_SLACK_MS = 50;
const GONE: Problem = { code: "cancelled", detail: "The client cancelled the call" };

export class Turn {
  readonly runtime: Runtime;
  readonly caller: Caller;
  readonly connection: Connection | undefined;
  /** Aborts when a stream is to end that would not end by itself. */
  readonly stopping: AbortSignal;
  /** What the client allows from now on, in milliseconds; undefined for any time. */
  readonly timeoutMs: number | undefined;
  /** Set once an answer is given: what ends after it was not cancelled. */
  answered = false;
  readonly #call: WireCall;
  readonly #deadlineMs: number | undefined;
  #ended: PromiseWithResolvers<void> | undefined;
  #work: readonly Stoppable[] = [];
  #isWatched = false;

  constructor(
    { runtime, stopping }: { readonly runtime: Runtime; readonly stopping: AbortSignal },
    call: WireCall,
    caller: Caller,
    connection: Connection | undefined,
  ) {
    this.runtime = runtime;
    this.stopping = stopping;
    this.caller = caller;
    this.connection = connection;
    this.#call = call;
    const deadlineMs = Number(call.getDeadline());
    this.#deadlineMs = Number.isFinite(deadlineMs) ? deadlineMs : undefined;
    this.timeoutMs = this.#deadlineMs === undefined
      ? undefined
      : Math.min(this.#deadlineMs - runtime.clock.wall(), LIMITS.timeoutMsMax);
  }

  /** The client's deadline has passed before anything began. */
  get isLate(): boolean {
    return this.timeoutMs !== undefined && this.timeoutMs <= 0;
  }

  /** Stops this work when the client leaves, or its deadline passes, before there is an answer. */
  stopWithClient(work: readonly Stoppable[]): void {
    this.#work = work;
    this.#watch();
  }

  /** Resolves when the call is over, however it ended. */
  get ended(): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = Promise.withResolvers();
      this.#watch();
    }
    return this.#ended.promise;
  }

  /** grpc-js says "cancelled" at the end of every call, a good end as well. */
  #watch(): void {
    // It may have left while it was found out who it is.
    if (this.#call.cancelled) return this.#end();
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#call.on("cancelled", () => this.#end());
  }

  #end(): void {
    this.#ended?.resolve();
    if (this.answered) return;
    const why = this.#isExpired() ? lateProblem() : GONE;
    for (const each of this.#work) each.stop(why);
  }

  #isExpired(): boolean {
    if (this.#deadlineMs === undefined) return false;
    return this.runtime.clock.wall() >= this.#deadlineMs - DEADLINE_SLACK_MS;
  }
}

export function lateProblem(): Problem {
  return {
    code: "deadline_exceeded",
    detail: "The client's deadline passed before the call ended",
  };
}
