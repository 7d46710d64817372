/** POST, GET and DELETE on /mcp: Streamable HTTP in both eras. */
import { readEnvelope, type RpcError, rpcError, type RpcMessage } from "../../protocol/jsonrpc.ts";
import { checkParamHeaders } from "../../protocol/param_headers.ts";
import { eraOf } from "../../protocol/eras.ts";
import { headerClaimsModern } from "../../protocol/modern.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { answerRequest, takeNotification } from "../mcp/endpoint.ts";
import { Peer } from "../mcp/peer.ts";
import type { BodyReader } from "./body_reader.ts";
import { HttpExchange } from "./exchange.ts";
import type { Incoming } from "./incoming.ts";
import { LegacyRoute } from "./legacy_route.ts";
import { checkMedia, parseBody } from "./rpc_body.ts";
import { empty, rpcErrorResponse } from "./respond.ts";

/** GET and DELETE are those of a session, which their requests must name. */
const ALL_METHODS = "POST, GET, DELETE";

export class McpRoute {
  readonly #runtime: Runtime;
  readonly #bodies: BodyReader;
  readonly #legacy: LegacyRoute;

  constructor(runtime: Runtime, bodies: BodyReader, sessionPrefix?: string) {
    this.#runtime = runtime;
    this.#bodies = bodies;
    this.#legacy = new LegacyRoute(runtime, sessionPrefix);
  }

  /** Answers a request to /mcp whose Host and Origin were checked. */
  handle(incoming: Incoming): Response | Promise<Response> {
    if (incoming.method === "POST") return this.#post(incoming);
    // Sessions and their streams are not of this era (2026-07-28, transports).
    if (headerClaimsModern(incoming.headers.protocolVersion)) return notAllowed("POST");
    return this.#ofSession(incoming) ?? notAllowed(ALL_METHODS);
  }

  /** What only the handshake era has; undefined where the request is no such thing. */
  #ofSession(incoming: Incoming): Response | undefined {
    if (incoming.method === "DELETE") return this.#legacy.delete(incoming);
    if (incoming.method === "GET") return this.#legacy.stream(incoming);
    return undefined;
  }

  async #post(incoming: Incoming): Promise<Response> {
    const media = checkMedia(incoming.headers);
    if (media !== undefined) return media;
    const value = parseBody(await this.#bodies.read(incoming));
    if (value instanceof Response) return value;
    if (Array.isArray(value)) return this.#legacy.batch(incoming, value);
    const envelope = readEnvelope(value);
    if (envelope.kind === "invalid") return rpcErrorResponse(envelope.error, envelope.id);
    if (envelope.kind === "response") {
      return this.#legacy.response(incoming, envelope.message);
    }
    return this.#message(incoming, envelope.message);
  }

  #message(incoming: Incoming, message: RpcMessage): Response | Promise<Response> {
    const { headers, client } = incoming;
    const era = eraOf(message, headers.protocolVersion);
    if (era.name === "legacy") {
      return this.#legacy.message(incoming, message);
    }
    if (message.id === undefined) {
      takeNotification(message, new Peer("http", client));
      return empty(202);
    }
    const error = era.checkRequest(message, headers) ?? this.#checkParams(message, incoming);
    if (error !== undefined) return rpcErrorResponse(error, message.id);
    const exchange = new HttpExchange(this.#runtime.clock, incoming);
    const peer = new Peer("http", client);
    const answer = answerRequest(this.#runtime, message, era, peer, exchange);
    return exchange.respond(answer);
  }

  /** Arguments of tools may have to stand in headers as well. */
  #checkParams(
    { method, params }: RpcMessage,
    { request, client }: Incoming,
  ): RpcError | undefined {
    if (method !== "tools/call" || typeof params?.name !== "string") return undefined;
    const annotated = this.#runtime.viewFor(client.access).tools.entry(params.name)?.tool
      .paramHeaders;
    if (annotated === undefined || annotated.length === 0) return undefined;
    return checkParamHeaders(annotated, params.arguments, (name) => request.headers.get(name));
  }
}

function notAllowed(allow: string): Response {
  const text = `Cannot take request: this path takes ${allow}`;
  return rpcErrorResponse(rpcError(-32600, text, 405), undefined, { allow });
}
