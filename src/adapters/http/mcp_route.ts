/** POST, GET and DELETE on /mcp: Streamable HTTP in both eras. */
import type { ClientInfo } from "../../pipeline/call.ts";
import { readEnvelope, type RpcError, rpcError, type RpcMessage } from "../../protocol/jsonrpc.ts";
import { checkParamHeaders } from "../../protocol/param_headers.ts";
import { eraOf } from "../../protocol/eras.ts";
import { headerClaimsModern, modernOnly } from "../../protocol/modern.ts";
import type { MirrorHeaders } from "../../protocol/header_values.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { answerRequest, takeNotification } from "../mcp/endpoint.ts";
import { Peer } from "../mcp/peer.ts";
import type { BodyReader } from "./body_reader.ts";
import { HttpExchange } from "./exchange.ts";
import { type Arrival, LegacyRoute } from "./legacy_route.ts";
import { checkMedia, parseBody } from "./rpc_body.ts";
import { empty, rpcErrorResponse } from "./respond.ts";

/** GET and DELETE are those of a session, which their requests must name. */
const ALL_METHODS = "POST, GET, DELETE";

export class McpRoute {
  readonly #runtime: Runtime;
  readonly #bodies: BodyReader;
  /** Undefined where several processes listen on the port: a session lives in one of them. */
  readonly #legacy: LegacyRoute | undefined;

  constructor(runtime: Runtime, bodies: BodyReader, sessions = true) {
    this.#runtime = runtime;
    this.#bodies = bodies;
    this.#legacy = sessions ? new LegacyRoute(runtime) : undefined;
  }

  /** Answers a request to /mcp whose Host and Origin were checked. */
  handle(request: Request, client: ClientInfo): Response | Promise<Response> {
    if (request.method === "POST") return this.#post(request, client);
    // Sessions and their streams are not of this era (2026-07-28, transports).
    if (headerClaimsModern(request.headers.get("mcp-protocol-version"))) return notAllowed("POST");
    if (this.#legacy === undefined) return notAllowed("POST");
    return this.#ofSession(request, client) ?? notAllowed(ALL_METHODS);
  }

  /** What only the handshake era has; undefined where the request is no such thing. */
  #ofSession(request: Request, client: ClientInfo): Response | undefined {
    if (request.method === "DELETE") return this.#legacy?.delete(request, client);
    if (request.method === "GET") return this.#legacy?.stream(request, client);
    return undefined;
  }

  async #post(request: Request, client: ClientInfo): Promise<Response> {
    const accept = request.headers.get("accept");
    const media = checkMedia(request.headers, accept);
    if (media !== undefined) return media;
    const value = parseBody(await this.#bodies.read(request, client));
    if (value instanceof Response) return value;
    if (Array.isArray(value)) {
      return this.#legacy?.batch(request, client, value) ?? noSessions(undefined);
    }
    const envelope = readEnvelope(value);
    if (envelope.kind === "invalid") return rpcErrorResponse(envelope.error, envelope.id);
    if (envelope.kind === "response") {
      return this.#legacy?.response(request, client, envelope.message) ?? noSessions(undefined);
    }
    return this.#message({ request, accept, client }, envelope.message);
  }

  #message(arrival: Arrival, message: RpcMessage): Response | Promise<Response> {
    const { request, accept, client } = arrival;
    const version = request.headers.get("mcp-protocol-version");
    const era = eraOf(message, version);
    if (era.name === "legacy") {
      return this.#legacy?.message(arrival, message, version) ?? noSessions(message);
    }
    if (message.id === undefined) {
      takeNotification(message, new Peer("http", client));
      return empty(202);
    }
    const { headers } = request;
    const error = era.checkRequest(message, mirrorHeaders(headers, version)) ??
      this.#checkParams(message, headers, client);
    if (error !== undefined) return rpcErrorResponse(error, message.id);
    const exchange = new HttpExchange(this.#runtime.clock, request, accept);
    // The response stream is the request: its end from the client's side cancels the call.
    exchange.onPending = (work) => exchange.stopOnDisconnect(work);
    const peer = new Peer("http", client);
    const answer = answerRequest(this.#runtime, message, era, peer, exchange);
    return exchange.respond(answer);
  }

  /** Arguments of tools may have to stand in headers as well. */
  #checkParams(
    { method, params }: RpcMessage,
    headers: Headers,
    { access }: ClientInfo,
  ): RpcError | undefined {
    if (method !== "tools/call" || typeof params?.name !== "string") return undefined;
    const annotated = this.#runtime.viewFor(access).tools.entry(params.name)?.tool.paramHeaders;
    if (annotated === undefined || annotated.length === 0) return undefined;
    return checkParamHeaders(annotated, params.arguments, (name) => headers.get(name));
  }
}

function mirrorHeaders(headers: Headers, version: string | null): MirrorHeaders {
  return { version, method: headers.get("mcp-method"), name: headers.get("mcp-name") };
}

/** The answer to clients whose sessions could not be found again (2026-07-28, versioning). */
function noSessions(message: RpcMessage | undefined): Response {
  const requested = message?.params?.protocolVersion;
  const error = modernOnly(typeof requested === "string" ? requested : "before 2026-07-28");
  return rpcErrorResponse(error, message?.id);
}

function notAllowed(allow: string): Response {
  const text = `Cannot take request: this path takes ${allow}`;
  return rpcErrorResponse(rpcError(-32600, text, 405), undefined, { allow });
}
