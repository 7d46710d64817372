/** One request's way back over HTTP: plain JSON, or an event stream once there is a notification. */
import type { Clock } from "../../base/clock.ts";
import { CODE_TABLE } from "../../base/code_table.ts";
import type { Problem } from "../../base/errors.ts";
import type { Cancellable } from "../../pipeline/call.ts";
import type { RateReading } from "../../pipeline/rate.ts";
import type { Exchange } from "../mcp/peer.ts";
import type { Answer } from "../mcp/request.ts";
import { watchDisconnect } from "./disconnect.ts";
import type { Incoming } from "./incoming.ts";
import { EventStream, type Outgoing } from "./event_stream.ts";
import { accepts } from "./media.ts";
import { moreScopes } from "./protected_resource.ts";
import { rateFields } from "./rate_fields.ts";
import { empty, jsonError, jsonText, retryAfter } from "./respond.ts";
import type { ResumableStream } from "./resumable_stream.ts";
import type { SessionStreams } from "./session_streams.ts";

const GONE = "The client closed the connection";

export class HttpExchange implements Exchange {
  retryAfterMs?: number;
  httpStatus?: number;
  missingScopes?: Problem | undefined;
  rates?: readonly RateReading[];
  readonly #clock: Clock;
  readonly #incoming: Incoming;
  readonly #session: SessionStreams | undefined;
  #stream: Outgoing | undefined;
  #onStream: ((response: Response) => void) | undefined;
  #settled = false;
  #call: Cancellable | undefined;

  /** `session` has the streams that outlive their connection; only the handshake era has them. */
  constructor(clock: Clock, incoming: Incoming, session?: SessionStreams) {
    this.#clock = clock;
    this.#incoming = incoming;
    this.#session = session;
  }

  /** The first notification turns the response into an event stream, if the client takes one. */
  notify(text: string): void {
    if (this.#stream === undefined) {
      if (!this.#accepts("text/event-stream")) return;
      this.#openStream();
    }
    this.#stream!.notify(text);
  }

  keepAlive(): void {
    this.#stream?.comment();
  }

  /** A request of the server's own rides on the call's event stream. */
  request(text: string): boolean {
    if (this.#stream === undefined) {
      if (!this.#accepts("text/event-stream")) return false;
      this.#openStream();
    }
    this.#stream!.send(text);
    return true;
  }

  /** Only a client that knows how to come back for the answer is let go. */
  disconnect(): void {
    if (this.#session?.canPoll !== true) return;
    if (this.#stream === undefined) {
      if (!this.#accepts("text/event-stream")) return;
      this.#openStream();
    }
    (this.#stream as ResumableStream).disconnect();
  }

  /**
   * In the modern era the response is the request: a client that leaves has cancelled its call. One
   * of the handshake era has not (2025-11-25, transports: disconnection).
   */
  onPending(call: Cancellable): void {
    if (this.#session !== undefined) return;
    this.#call = call;
    watchDisconnect(this.#incoming.request, () => this.#settled, () => call.cancel(GONE));
  }

  /** The response, as soon as it is known which form it has. */
  respond(answer: Answer | Promise<Answer>): Response | Promise<Response> {
    if (!(answer instanceof Promise)) return this.#finish(answer);
    const finished = answer.then((text) => this.#finish(text));
    if (this.#stream !== undefined) return this.#begin(this.#stream.response);
    return Promise.race([
      finished,
      new Promise<Response>((resolve) => {
        this.#onStream = resolve;
      }),
    ]);
  }

  #accepts(type: string): boolean {
    return accepts(this.#incoming.headers.accept, type);
  }

  #openStream(): void {
    this.#stream = this.#session?.open() ?? new EventStream({
      clock: this.#clock,
      onLost: () => {
        if (!this.#settled) this.#call?.cancel(GONE);
      },
    });
    this.#onStream?.(this.#begin(this.#stream.response));
  }

  /** A stream may have been opened before it was known what its headers tell. */
  #begin(response: Response): Response {
    const headers = this.#headers();
    for (const name in headers) response.headers.set(name, headers[name]!);
    return response;
  }

  /** What the endpoint has to tell beside the answer; most often nothing. */
  #headers(): Record<string, string> | undefined {
    const { retryAfterMs, rates, missingScopes } = this;
    if (retryAfterMs === undefined && rates === undefined && missingScopes === undefined) {
      return undefined;
    }
    return {
      ...(retryAfterMs !== undefined && retryAfter(retryAfterMs)),
      ...(missingScopes !== undefined && moreScopes(missingScopes)),
      ...rateFields(rates),
    };
  }

  #finish(text: Answer): Response {
    this.#settled = true;
    if (this.#stream !== undefined) {
      if (text !== undefined) this.#stream.send(text);
      this.#stream.close();
      return this.#begin(this.#stream.response);
    }
    // A request that was cancelled by a notification has no answer.
    if (text === undefined) return empty(202);
    if (this.#accepts("application/json")) {
      // OAuth needs the status (MCP 2025-11-25, authorization: insufficient scope), in both eras.
      const status = this.missingScopes === undefined
        ? this.httpStatus
        : CODE_TABLE[this.missingScopes.code].http;
      return status === undefined
        ? jsonText(text, this.#clock, this.#headers())
        : jsonError(text, status, this.#headers());
    }
    this.#openStream();
    return this.#finish(text);
  }
}
