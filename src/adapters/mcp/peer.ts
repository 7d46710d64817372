/** One conversation: a stdio process, a legacy HTTP session, or a single modern HTTP request. */
import type { Problem } from "../../base/errors.ts";
import type { AdapterName, Cancellable, ClientInfo } from "../../pipeline/call.ts";
import type { ListName } from "../../pipeline/events.ts";
import type { Access } from "../../pipeline/access.ts";
import type { RateReading } from "../../pipeline/rate.ts";
import type { RequestId } from "../../protocol/jsonrpc.ts";
import type { McpLogLevel } from "../../protocol/logging.ts";
import { Questions, type QuestionSender } from "./questions.ts";
import type { LegacyVersion } from "../../protocol/versions.ts";

/** A request that has no answer yet. */
export interface OpenRequest extends Cancellable {
  /** Ends, with an answer, what otherwise goes on until its client says so; calls end by themselves. */
  end?(): void;
}

export class Peer {
  readonly adapter: AdapterName;
  /** What the connection shows of the client. */
  readonly connection: ClientInfo;
  /** What is known of the client: the connection, and after a handshake what it said of itself. */
  client: ClientInfo;
  /** Who it is, where that was proven; over HTTP, by the request that came last. */
  access: Access | undefined;
  /** What the handshake agreed on; undefined before one, and always for modern requests. */
  version: LegacyVersion | undefined = undefined;
  /** The lists that the handshake spoke of. */
  offered: readonly ListName[] = [];
  /** What a legacy client set by `logging/setLevel`. */
  logLevel: McpLogLevel | undefined = undefined;
  /** What a legacy client declared in its handshake. */
  capabilities: Readonly<Record<string, unknown>> = {};
  #open: Map<RequestId, OpenRequest> | undefined;
  #questions: Questions | undefined;
  #subscriptions: Set<string> | undefined;

  constructor(adapter: AdapterName, connection: ClientInfo) {
    this.adapter = adapter;
    this.connection = connection;
    this.client = connection;
    this.access = connection.access;
  }

  /** What a legacy client was asked and has not answered. Made when first used, as most are not. */
  get questions(): Questions {
    return this.#questions ??= new Questions();
  }

  /** Calls that have no answer yet, for `notifications/cancelled` and for duplicate ids. */
  get open(): Map<RequestId, OpenRequest> {
    return this.#open ??= new Map();
  }

  /** Whether any request has no answer yet: most are answered at once, and need no map. */
  get hasOpen(): boolean {
    return this.#open !== undefined && this.#open.size > 0;
  }

  /** The resources whose changes a legacy client wants to be told. */
  get subscriptions(): Set<string> {
    return this.#subscriptions ??= new Set();
  }

  /** Whether it wants any: most want none. */
  get hasSubscriptions(): boolean {
    return this.#subscriptions !== undefined && this.#subscriptions.size > 0;
  }

  /** The client says nothing any more: what waits for its word ends, calls go on. */
  endInput(): void {
    for (const request of [...this.open.values()]) request.end?.();
    this.questions.close();
  }

  /** Ends all open calls; each is answered as cancelled, if there is still somebody to read it. */
  stopAll(detail: string): void {
    for (const call of [...this.open.values()]) call.cancel(detail);
    this.#questions?.close();
  }
}

/** The way back to the client for one message. */
export interface Exchange extends QuestionSender {
  /** When the message came, by the runtime's clock, where the transport knows. */
  readonly arrivedMs?: number | undefined;
  /** Sends a notification ahead of the answer, unless the client is behind with reading. */
  notify(text: string): void;
  /** Told when a call is not answered at once, so that it can be stopped from outside. */
  onPending?(work: Cancellable): void;
  /** Sends what keeps an idle connection from being ended; where there is none, nothing does. */
  keepAlive?(): void;
  /** Ends the connection that the answer would take, where the client can come back for it. */
  disconnect?(): void;
  /** When a refused call is worth trying again; set by the endpoint. */
  retryAfterMs?: number;
  /** What the client's rate limits had left; set by the endpoint, where somebody can be told. */
  rates?: readonly RateReading[];
  /** A refusal that a token with more scopes would not get; set by the endpoint. */
  missingScopes?: Problem | undefined;
  /** An HTTP status that the answer must have, where it is not 200; set by the endpoint. */
  httpStatus?: number;
}
