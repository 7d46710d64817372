/** Which path is answered by what. */
import type { ClientInfo } from "../../pipeline/call.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { hostOf, pathOf } from "./address.ts";
import { BodyReader } from "./body_reader.ts";
import { answerChunked } from "./chunked.ts";
import { isPreflight, preflight, withCors } from "./cors.ts";
import { type Arriving, authenticated } from "./credentials.ts";
import type { Guard } from "./guard.ts";
import { McpRoute } from "./mcp_route.ts";
import { openApi } from "./openapi.ts";
import type { ResourceMetadata } from "./protected_resource.ts";
import { closeUnread, jsonText, problemResponse } from "./respond.ts";
import { RestRoute } from "./rest_route.ts";
import { MESSAGES_PATH, SSE_PATH, SseRoute } from "./sse_route.ts";

export type HttpHandler = (request: Request, client: Arriving) => Response | Promise<Response>;

const TOOLS = "/v1/tools";
/** Asked by what watches a server: it has no key. */
const OPEN_PATHS = new Set(["/healthz", "/readyz"]);
const ACTIONS = new Set([`${TOOLS}/call`, `${TOOLS}/batch`]);

export interface RouterOptions {
  /** Whether the HTTP+SSE transport is served. @default false */
  readonly legacySse?: boolean;
  /** Whether requests without credentials are served, as the `default` tenant's. @default true */
  readonly anonymous?: boolean;
  /** Where tokens of OAuth come from. @default none are taken */
  readonly metadata?: ResourceMetadata | undefined;
  /** Whether clients of the handshake revisions are served, which have sessions. @default true */
  readonly sessions?: boolean;
  /** Reads bodies. @default one of its own */
  readonly bodies?: BodyReader;
}

/** Routes a request after its Host and Origin were checked. */
export function createRouter(
  runtime: Runtime,
  guard: Guard,
  options: RouterOptions = {},
): HttpHandler {
  const { legacySse = false, anonymous = true, sessions = true, metadata } = options;
  const { bodies = new BodyReader(runtime.clock) } = options;
  const mcp = new McpRoute(runtime, bodies, sessions);
  const rest = new RestRoute(runtime, bodies);
  const sse = legacySse ? new SseRoute(runtime, bodies) : undefined;
  const answer = (path: string, request: Request, client: Arriving) => {
    if (request.headers.get("transfer-encoding") !== null) {
      return answerChunked(request, () => routed(path, request, client));
    }
    return routed(path, request, client);
  };
  const routed = (path: string, request: Request, client: Arriving) => {
    if (OPEN_PATHS.has(path)) return served(path, request, client);
    const told = metadata?.at(path, hostOf(request) ?? "");
    if (told !== undefined) return describe(runtime, told, request);
    const next = () => served(path, request, client);
    return authenticated(runtime, request, client, { anonymous, metadata }, next);
  };
  const served = (path: string, request: Request, client: ClientInfo) => {
    if (path === "/mcp") return mcp.handle(request, client);
    if (sse !== undefined && (path === SSE_PATH || path === MESSAGES_PATH)) {
      return sse.handle(path, request, client);
    }
    return route(runtime, rest, path, request, client);
  };
  return (request, client) => {
    const path = pathOf(request.url);
    const origin = request.headers.get("origin");
    const refusal = guard(hostOf(request), origin);
    if (refusal !== undefined) return forbidden(refusal);
    if (origin === null) return answer(path, request, client);
    if (isPreflight(request)) return preflight(request, origin);
    return withCors(answer(path, request, client), origin);
  };
}

/** RFC 9728 section 3.2: for anybody, as whoever asks has no token yet. */
function describe(runtime: Runtime, text: string, request: Request): Response {
  const { method } = request;
  if (method !== "GET" && method !== "HEAD") return notAllowed("", request);
  return jsonText(text, runtime.clock);
}

function route(
  runtime: Runtime,
  rest: RestRoute,
  path: string,
  request: Request,
  client: ClientInfo,
): Response | Promise<Response> {
  const { method } = request;
  if (method === "POST") {
    if (path === `${TOOLS}/call`) return rest.call(request, client);
    if (path === `${TOOLS}/batch`) return rest.batch(request, client);
  }
  const answer = read(runtime, rest, path, request, client);
  if (answer === undefined) return unknownPath(request);
  return method === "GET" || method === "HEAD" ? answer() : notAllowed(path, request);
}

/** What a path gives to GET; undefined where there is nothing. */
function read(
  runtime: Runtime,
  rest: RestRoute,
  path: string,
  request: Request,
  client: ClientInfo,
): (() => Response) | undefined {
  switch (path) {
    case TOOLS:
      return () => rest.list(new URL(request.url), client);
    case "/openapi.json":
      return () => jsonText(openApi(runtime, client.access), runtime.clock);
    case "/healthz":
      return () => jsonText('{"status":"ok"}', runtime.clock);
    case "/readyz":
      return () => readiness(runtime);
  }
  if (!path.startsWith(`${TOOLS}/`)) return undefined;
  const name = decode(path.slice(TOOLS.length + 1));
  if (name === undefined || name.includes("/")) return undefined;
  // A tool may have the name of an action.
  const { tools } = runtime.viewFor(client.access);
  const action = ACTIONS.has(path) && tools.entry(name) === undefined;
  return action ? () => notAllowed(path, request) : () => rest.get(name, client);
}

function unknownPath(request: Request): Response {
  const paths = "/mcp, /v1/tools, /openapi.json, /healthz and /readyz";
  return problemResponse({
    code: "method_not_found",
    detail: `Nothing is served at this path; there are ${paths}`,
  }, closeUnread(request));
}

function readiness(runtime: Runtime): Response {
  if (runtime.isReady()) return jsonText('{"status":"ready"}', runtime.clock);
  return problemResponse({
    code: "overloaded",
    detail: "The server is shutting down, or its state store is away",
    retryAfterMs: 1_000,
  });
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function forbidden(why: string): Response {
  const problem = { code: "forbidden", detail: `Cannot serve request: ${why}` } as const;
  return problemResponse(problem, { connection: "close" });
}

function notAllowed(path: string, request: Request): Response {
  const allow = ACTIONS.has(path) ? "POST" : "GET, HEAD";
  return new Response(
    JSON.stringify({
      type: "about:blank",
      title: "Method Not Allowed",
      status: 405,
      code: "invalid_request",
      detail: `Cannot take request: this path takes ${allow}`,
    }),
    {
      status: 405,
      headers: { "content-type": "application/problem+json", allow, ...closeUnread(request) },
    },
  );
}
