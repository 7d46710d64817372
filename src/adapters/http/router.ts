/** Which path is answered by what. */
import type { Runtime } from "../../runtime/runtime.ts";
import { BodyReader } from "./body_reader.ts";
import { answerChunked } from "./chunked.ts";
import { isPreflight, preflight, withCors } from "./cors.ts";
import { authenticate, withChallenge } from "./credentials.ts";
import type { Guard } from "./guard.ts";
import { type Arriving, Incoming } from "./incoming.ts";
import { McpRoute } from "./mcp_route.ts";
import { openApi } from "./openapi.ts";
import type { ResourceMetadata } from "./protected_resource.ts";
import { closeUnread, jsonText, problemResponse } from "./respond.ts";
import { RestRoute } from "./rest_route.ts";
import { RestTasks, TASKS_PATH } from "./rest_tasks.ts";
import { MESSAGES_PATH, SSE_PATH, SseRoute } from "./sse_route.ts";

export type HttpHandler = (request: Request, client: Arriving) => Response | Promise<Response>;

const TOOLS = "/v1/tools";
/** Asked by what watches a server: it has no key. */
const OPEN_PATHS = new Set(["/healthz", "/readyz"]);
const METRICS_PATH = "/metrics";
const ACTIONS = new Set([`${TOOLS}/call`, `${TOOLS}/batch`]);

export interface RouterOptions {
  /** Whether the HTTP+SSE transport is served. @default false */
  readonly legacySse?: boolean;
  /** Whether requests without credentials are served, as the `default` tenant's. @default true */
  readonly anonymous?: boolean;
  /** Where tokens of OAuth come from. @default none are taken */
  readonly metadata?: ResourceMetadata | undefined;
  /** How the ids of sessions begin. @default "" */
  readonly sessionPrefix?: string | undefined;
  /** What `/metrics` gives, to whoever asks. @default there is no such path */
  readonly metrics?: (() => Promise<Response>) | undefined;
  /** Reads bodies. @default one of its own */
  readonly bodies?: BodyReader;
}

/** Routes a request after its Host and Origin were checked. */
export function createRouter(
  runtime: Runtime,
  guard: Guard,
  options: RouterOptions = {},
): HttpHandler {
  const { legacySse = false, anonymous = true, sessionPrefix, metadata, metrics } = options;
  const { bodies = new BodyReader(runtime.clock) } = options;
  const mcp = new McpRoute(runtime, bodies, sessionPrefix);
  const rest = new RestRoute(runtime, bodies);
  const tasks = new RestTasks(runtime);
  const sse = legacySse ? new SseRoute(runtime, bodies) : undefined;
  const credentials = { anonymous, metadata };
  const answer = (incoming: Incoming) => {
    if (incoming.headers.transferEncoding === null) return routed(incoming);
    return answerChunked(incoming, () => routed(incoming));
  };
  const routed = (incoming: Incoming) => {
    if (OPEN_PATHS.has(incoming.path)) return served(incoming);
    if (metrics !== undefined && incoming.path === METRICS_PATH) {
      return isRead(incoming) ? metrics() : notAllowed(incoming);
    }
    const told = metadata?.at(incoming.path, incoming.host ?? "");
    if (told !== undefined) return describe(runtime, told, incoming);
    const refusal = authenticate(runtime, incoming, credentials);
    if (refusal instanceof Promise) return refusal.then((response) => response ?? known(incoming));
    return refusal ?? known(incoming);
  };
  const known = (incoming: Incoming) => {
    const response = served(incoming);
    return metadata === undefined ? response : withChallenge(response, incoming, metadata);
  };
  const served = (incoming: Incoming) => {
    const { path } = incoming;
    if (path === "/mcp") return mcp.handle(incoming);
    if (sse !== undefined && (path === SSE_PATH || path === MESSAGES_PATH)) {
      return sse.handle(incoming);
    }
    if (path.startsWith(TASKS_PATH)) return ofTask(tasks, incoming);
    return route(runtime, rest, incoming);
  };
  return (request, client) => {
    const incoming = new Incoming(request, client);
    const { origin } = incoming.headers;
    const refusal = guard(incoming.host, origin);
    if (refusal !== undefined) return forbidden(refusal);
    if (origin === null) return answer(incoming);
    if (isPreflight(request)) return preflight(request, origin);
    return withCors(answer(incoming), origin);
  };
}

/** RFC 9728 section 3.2: for anybody, as whoever asks has no token yet. */
function describe(runtime: Runtime, text: string, incoming: Incoming): Response {
  if (!isRead(incoming)) return notAllowed(incoming);
  return jsonText(text, runtime.clock);
}

function isRead({ method }: Incoming): boolean {
  return method === "GET" || method === "HEAD";
}

function route(
  runtime: Runtime,
  rest: RestRoute,
  incoming: Incoming,
): Response | Promise<Response> {
  const { method, path } = incoming;
  if (method === "POST") {
    if (path === `${TOOLS}/call`) return rest.call(incoming);
    if (path === `${TOOLS}/batch`) return rest.batch(incoming);
  }
  const answer = read(runtime, rest, incoming);
  if (answer === undefined) return unknownPath(incoming);
  return isRead(incoming) ? answer() : notAllowed(incoming);
}

/** /v1/tasks/{id} and /v1/tasks/{id}/cancel */
function ofTask(tasks: RestTasks, incoming: Incoming): Response | Promise<Response> {
  const { method, path } = incoming;
  const [id = "", action, ...more] = path.slice(TASKS_PATH.length).split("/");
  if (action === undefined) {
    return method === "GET" || method === "HEAD" ? tasks.get(id, incoming) : notAllowed(incoming);
  }
  if (action !== "cancel" || more.length > 0) return unknownPath(incoming);
  return method === "POST" ? tasks.cancel(id, incoming) : notAllowed(incoming, "POST");
}

/** What a path gives to GET; undefined where there is nothing. */
function read(
  runtime: Runtime,
  rest: RestRoute,
  incoming: Incoming,
): (() => Response) | undefined {
  const { path, request, client } = incoming;
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
  const step = path.slice(TOOLS.length + 1);
  // An encoded slash is one of a name, and no tool has it; another one is a longer path.
  const name = step.includes("/") ? undefined : decode(step);
  if (name === undefined) return undefined;
  // A tool may have the name of an action.
  const { tools } = runtime.viewFor(client.access);
  const action = ACTIONS.has(path) && tools.entry(name) === undefined;
  return action ? () => notAllowed(incoming) : () => rest.get(name, client);
}

function unknownPath(incoming: Incoming): Response {
  const paths = "/mcp, /v1/tools, /v1/tasks/{id}, /openapi.json, /healthz and /readyz";
  return problemResponse({
    code: "method_not_found",
    detail: `Nothing is served at this path; there are ${paths}`,
  }, closeUnread(incoming));
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

function notAllowed(
  incoming: Incoming,
  allow = ACTIONS.has(incoming.path) ? "POST" : "GET, HEAD",
): Response {
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
      headers: { "content-type": "application/problem+json", allow, ...closeUnread(incoming) },
    },
  );
}
