/** /mcp for clients of the handshake era: sessions, and the status codes of the 2025 revisions. */
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import {
  invalidRequest,
  problemToRpc,
  type RpcError,
  rpcError,
  type RpcMessage,
} from "../../protocol/jsonrpc.ts";
import { BATCH_VERSION, LEGACY, takesBatches } from "../../protocol/legacy.ts";
import { headerClaimsModern } from "../../protocol/modern.ts";
import { isLegacyVersion, LEGACY_VERSIONS, MODERN_VERSIONS } from "../../protocol/versions.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { receiveBatch } from "../mcp/batch.ts";
import { answerRequest, takeNotification } from "../mcp/endpoint.ts";
import { legacyListener } from "../mcp/legacy_events.ts";
import { HttpExchange } from "./exchange.ts";
import type { Incoming } from "./incoming.ts";
import { accepts } from "./media.ts";
import { empty, rpcErrorResponse } from "./respond.ts";
import type { ResumableStream } from "./resumable_stream.ts";
import { type Session, Sessions } from "./sessions.ts";

const SESSION_HEADER = "mcp-session-id";

export class LegacyRoute {
  readonly #runtime: Runtime;
  readonly #sessions: Sessions;

  constructor(runtime: Runtime, sessionPrefix = "") {
    this.#runtime = runtime;
    this.#sessions = new Sessions(runtime.clock, sessionPrefix);
  }

  message(incoming: Incoming, message: RpcMessage): Response | Promise<Response> {
    if (message.method === "initialize" && message.id !== undefined) {
      return this.#initialize(incoming, message);
    }
    const session = this.#find(incoming);
    if (!("peer" in session)) return rpcErrorResponse(session, message.id);
    if (message.id === undefined) {
      takeNotification(message, session.peer);
      return empty(202);
    }
    return this.#answer(incoming, message, session);
  }

  /** An answer to a request of the server's. */
  response(incoming: Incoming, message: Readonly<Record<string, unknown>>): Response {
    const session = this.#find(incoming);
    if (!("peer" in session)) return rpcErrorResponse(session);
    session.peer.questions.take(message);
    return empty(202);
  }

  async batch(incoming: Incoming, values: readonly unknown[]): Promise<Response> {
    if (headerClaimsModern(incoming.headers.protocolVersion)) {
      const text = `Cannot take batch: ${MODERN_VERSIONS[0]} has one message a request`;
      return rpcErrorResponse(invalidRequest(text));
    }
    const session = this.#find(incoming);
    if (!("peer" in session)) return rpcErrorResponse(session);
    if (!takesBatches(session.peer.version)) {
      const text = `Cannot take batch: only clients of ${BATCH_VERSION} may send one`;
      return rpcErrorResponse(invalidRequest(text));
    }
    const exchange = new HttpExchange(this.#runtime.clock, incoming, session.streams);
    const answer = receiveBatch(this.#runtime, values, session.peer, exchange);
    return await exchange.respond(this.#touch(session, answer));
  }

  /**
   * The stream of what belongs to no request, or one that was cut off (2025-11-25, transports:
   * listening for messages, resumability).
   */
  stream(incoming: Incoming): Response | undefined {
    const { accept, sessionId, lastEventId } = incoming.headers;
    if (sessionId === null || !accepts(accept, "text/event-stream")) return undefined;
    const session = this.#find(incoming);
    if (!("peer" in session)) return rpcErrorResponse(session);
    return lastEventId === null ? this.#listen(session) : this.#resume(session, lastEventId);
  }

  #resume(session: Session, eventId: string): Response {
    const position = session.streams.find(eventId);
    if (position !== undefined) return position.stream.connect(position.seq);
    const text = "Cannot resume stream: it never was, or is forgotten; expected a Last-Event-ID " +
      "of the last minute";
    return rpcErrorResponse(invalidRequest(text));
  }

  /** A message goes to one stream only: a second request takes the place of the first. */
  #listen(session: Session): Response {
    const { listening } = session;
    if (listening !== undefined) return listening.connect(listening.lastSeq);
    const { events, clock } = this.#runtime;
    const end = () => {
      events.delete(listener);
      stream.forget();
      session.listening = undefined;
    };
    // Messages are kept for a client that was cut off, but not for ever.
    const stream = session.streams.open(() => {
      clock.after(LIMITS.replayKeepMs, () => {
        if (!stream.isConnected) end();
      });
    });
    const listener = legacyListener(
      this.#runtime,
      session.peer,
      (text) => stream.notify(text),
      end,
    );
    if (!events.add(listener)) {
      stream.forget();
      return rpcErrorResponse(rpcError(-31503, "Cannot listen: too many clients do", 503));
    }
    session.listening = stream;
    keepAlive(clock, stream, () => session.listening === stream);
    return stream.response;
  }

  /** Ends the session; undefined when the request names none. */
  delete(incoming: Incoming): Response | undefined {
    if (incoming.headers.sessionId === null) return undefined;
    const session = this.#find(incoming);
    if (!("peer" in session)) return rpcErrorResponse(session);
    this.#sessions.end(session.id);
    return empty(204);
  }

  async #initialize(incoming: Incoming, message: RpcMessage): Promise<Response> {
    const session = this.#sessions.open(incoming.client);
    if (session === undefined) {
      const detail = "Cannot open session: all sessions are in use";
      const error = problemToRpc({ code: "overloaded", detail, retryAfterMs: 1_000 });
      return rpcErrorResponse({ ...error, httpStatus: 503 }, message.id, { "retry-after": "1" });
    }
    const response = await this.#answer(incoming, message, session);
    if (session.peer.version === undefined) this.#sessions.end(session.id);
    else response.headers.set(SESSION_HEADER, session.id);
    return response;
  }

  #answer(
    incoming: Incoming,
    message: RpcMessage,
    session: Session,
  ): Response | Promise<Response> {
    const error = LEGACY.checkRequest(message);
    // Legacy clients look for errors of JSON-RPC in a 200 answer.
    if (error !== undefined) return rpcErrorResponse({ ...error, httpStatus: 200 }, message.id);
    const exchange = new HttpExchange(this.#runtime.clock, incoming, session.streams);
    const answer = answerRequest(this.#runtime, message, LEGACY, session.peer, exchange);
    return exchange.respond(answer instanceof Promise ? this.#touch(session, answer) : answer);
  }

  /** The time of a long call is no idle time: that begins when it ends. */
  async #touch<T>(session: Session, answer: Promise<T>): Promise<T> {
    const text = await answer;
    session.lastUsedMs = this.#runtime.clock.wall();
    return text;
  }

  #find({ headers, client }: Incoming): Session | RpcError {
    const { protocolVersion: version, sessionId: id } = headers;
    if (version !== null && !isLegacyVersion(version.trim())) {
      const served = LEGACY_VERSIONS.join(", ");
      return invalidRequest(`Cannot take request: MCP-Protocol-Version is none of ${served}`);
    }
    if (id === null) {
      return invalidRequest(
        "Cannot take request: it has no Mcp-Session-Id of an initialize, and no params._meta of " +
          MODERN_VERSIONS[0],
      );
    }
    const session = this.#sessions.use(id, client.access);
    if (session === undefined) return unknownSession();
    session.peer.access = client.access;
    return session;
  }
}

function keepAlive(clock: Clock, stream: ResumableStream, isOpen: () => boolean): void {
  clock.after(LIMITS.keepAliveMs, () => {
    if (!isOpen()) return;
    stream.comment();
    keepAlive(clock, stream, isOpen);
  });
}

function unknownSession(): RpcError {
  return rpcError(-32600, "Session not found: it has ended or never was; initialize anew", 404);
}
