/**
 * The HTTP+SSE transport of revision 2024-11-05, which Streamable HTTP has replaced: one event
 * stream for all that the server says, and a path of its own that the client posts to.
 */
import type { CancelTimer } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import { invalidRequest, readEnvelope, rpcError } from "../../protocol/jsonrpc.ts";
import { eraOf } from "../../protocol/eras.ts";
import { MODERN_VERSIONS } from "../../protocol/versions.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { receive } from "../mcp/endpoint.ts";
import { legacyListener } from "../mcp/legacy_events.ts";
import { Peer } from "../mcp/peer.ts";
import type { BodyReader } from "./body_reader.ts";
import { EventStream } from "./event_stream.ts";
import type { Incoming } from "./incoming.ts";
import { empty, rpcErrorResponse } from "./respond.ts";
import { isSameCaller } from "./sessions.ts";
import { checkMedia, parseBody } from "./rpc_body.ts";

/** Where a client begins. */
export const SSE_PATH = "/sse";
/** Where it posts to; the first event of its stream says so. */
export const MESSAGES_PATH = "/messages";

const ELSEWHERE = invalidRequest(
  `Cannot take request: those of ${MODERN_VERSIONS[0]} go to /mcp, not to a stream of 2024`,
);

export class SseRoute {
  readonly #runtime: Runtime;
  readonly #bodies: BodyReader;
  readonly #connections = new Map<string, Connection>();

  constructor(runtime: Runtime, bodies: BodyReader) {
    this.#runtime = runtime;
    this.#bodies = bodies;
  }

  handle(incoming: Incoming): Response | Promise<Response> {
    const method = incoming.path === SSE_PATH ? "GET" : "POST";
    if (incoming.method !== method) return notAllowed(method);
    return method === "GET" ? this.#open(incoming.client) : this.#post(incoming);
  }

  #open(client: ClientInfo): Response {
    const id = crypto.randomUUID();
    const connection = new Connection(this.#runtime, new Peer("http", client), () => {
      this.#connections.delete(id);
    });
    if (this.#connections.size >= LIMITS.sessionsMax || !connection.start(id)) {
      connection.end();
      const error = rpcError(-31503, "Cannot open stream: too many clients are connected", 503);
      return rpcErrorResponse(error, undefined, { "retry-after": "1" });
    }
    this.#connections.set(id, connection);
    return connection.response;
  }

  async #post(incoming: Incoming): Promise<Response> {
    const { request, client } = incoming;
    const id = new URL(request.url).searchParams.get("sessionId");
    const connection = this.#connections.get(id ?? "");
    if (connection === undefined || !connection.isOf(client)) {
      const text = `Stream not found: it has ended or never was; begin at ${SSE_PATH}`;
      return rpcErrorResponse(rpcError(-32600, text, 404), undefined, { connection: "close" });
    }
    const media = checkMedia(incoming.headers, null);
    if (media !== undefined) return media;
    const value = parseBody(await this.#bodies.read(incoming));
    if (value instanceof Response) return value;
    connection.renew(client);
    return connection.take(value) ?? empty(202);
  }
}

/** One client: its stream, and what it has open. */
class Connection {
  readonly #runtime: Runtime;
  readonly #peer: Peer;
  readonly #stream: EventStream;
  readonly #listener;
  readonly #onEnd: () => void;
  #cancelKeepAlive: CancelTimer | undefined;
  /** Answers that are still to come. */
  #pending = 0;
  #isEnding = false;

  constructor(runtime: Runtime, peer: Peer, onEnd: () => void) {
    this.#runtime = runtime;
    this.#peer = peer;
    this.#onEnd = onEnd;
    this.#stream = new EventStream({ clock: runtime.clock, onLost: () => this.end() });
    const notify = (text: string) => this.#stream.notify(text);
    this.#listener = legacyListener(runtime, peer, notify, () => this.#endWhenAnswered());
  }

  get response(): Response {
    return this.#stream.response;
  }

  /** Whether this is the credential that opened the stream. */
  isOf({ access }: ClientInfo): boolean {
    return isSameCaller(this.#peer.access, access);
  }

  /** The credential was proven anew. */
  renew({ access }: ClientInfo): void {
    this.#peer.access = access;
  }

  /** False when too many listen. */
  start(id: string): boolean {
    if (!this.#runtime.events.add(this.#listener)) return false;
    this.#stream.sendAs("endpoint", `${MESSAGES_PATH}?sessionId=${id}`);
    this.#keepAlive();
    return true;
  }

  /** Takes a message, whose answer goes to the stream; gives a response only for what is none. */
  take(value: unknown): Response | undefined {
    const envelope = readEnvelope(value);
    if (envelope.kind === "invalid") return rpcErrorResponse(envelope.error, envelope.id);
    if (envelope.kind === "response") {
      this.#peer.questions.take(envelope.message);
      return undefined;
    }
    const { message } = envelope;
    if (message.id !== undefined && eraOf(message).name === "modern") {
      return rpcErrorResponse(ELSEWHERE, message.id);
    }
    const exchange = {
      notify: (text: string) => this.#stream.notify(text),
      request: (text: string) => {
        this.#stream.send(text);
        return true;
      },
    };
    const answer = receive(this.#runtime, message, this.#peer, exchange);
    if (answer instanceof Promise) this.#await(answer);
    else this.#send(answer);
    return undefined;
  }

  async #await(answer: Promise<string | undefined>): Promise<void> {
    this.#pending++;
    this.#send(await answer);
    this.#pending--;
    if (this.#isEnding) this.#endWhenAnswered();
  }

  /** The server stops: no more calls come, and those that are open have been told to end. */
  #endWhenAnswered(): void {
    this.#isEnding = true;
    if (this.#pending === 0) this.end();
  }

  /** The stream is the session: with its end all is over. */
  end(): void {
    this.#cancelKeepAlive?.();
    this.#runtime.events.delete(this.#listener);
    this.#stream.close();
    this.#peer.stopAll("The client closed the connection");
    this.#onEnd();
  }

  #send(text: string | undefined): void {
    if (text !== undefined) this.#stream.send(text);
  }

  #keepAlive(): void {
    this.#cancelKeepAlive = this.#runtime.clock.after(LIMITS.keepAliveMs, () => {
      this.#stream.comment();
      this.#keepAlive();
    });
  }
}

function notAllowed(allow: string): Response {
  const error = rpcError(-32600, `Cannot take request: this path takes ${allow}`, 405);
  return rpcErrorResponse(error, undefined, { allow });
}
