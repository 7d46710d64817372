/** Which path is answered by what. */
import type { ClientInfo } from "../../pipeline/call.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Guard } from "./guard.ts";
import { McpRoute } from "./mcp_route.ts";
import { openApi } from "./openapi.ts";
import { jsonText, problemResponse } from "./respond.ts";
import { RestRoute } from "./rest_route.ts";

export type HttpHandler = (request: Request, client: ClientInfo) => Response | Promise<Response>;

const TOOLS = "/v1/tools";

/** Routes a request after its Host and Origin were checked. */
export function createRouter(runtime: Runtime, guard: Guard): HttpHandler {
  const mcp = new McpRoute(runtime);
  const rest = new RestRoute(runtime);
  return (request, client) => {
    const { headers, url } = request;
    const path = pathOf(url);
    const refusal = guard(headers.get("host") ?? hostOf(url), headers.get("origin"));
    if (refusal !== undefined) return forbidden(refusal);
    if (path === "/mcp") return mcp.handle(request, client);
    return route(runtime, rest, path, request, client);
  };
}

function route(
  runtime: Runtime,
  rest: RestRoute,
  path: string,
  request: Request,
  client: ClientInfo,
): Response | Promise<Response> {
  const { method } = request;
  const reads = method === "GET" || method === "HEAD";
  switch (path) {
    case `${TOOLS}/call`:
      return method === "POST" ? rest.call(request, client) : notAllowed("POST");
    case `${TOOLS}/batch`:
      return method === "POST" ? rest.batch(request, client) : notAllowed("POST");
    case TOOLS:
      return reads ? rest.list(new URL(request.url)) : notAllowed("GET");
    case "/openapi.json":
      return reads ? jsonText(openApi(runtime), runtime.clock) : notAllowed("GET");
    case "/healthz":
      return reads ? jsonText('{"status":"ok"}', runtime.clock) : notAllowed("GET");
    case "/readyz":
      return reads ? readiness(runtime) : notAllowed("GET");
  }
  if (path.startsWith(`${TOOLS}/`)) {
    const name = decode(path.slice(TOOLS.length + 1));
    if (name !== undefined && !name.includes("/")) {
      return reads ? rest.get(name) : notAllowed("GET");
    }
  }
  const paths = "/mcp, /v1/tools, /openapi.json, /healthz and /readyz";
  return problemResponse({
    code: "method_not_found",
    detail: `Nothing is served at this path; there are ${paths}`,
  });
}

function readiness(runtime: Runtime): Response {
  if (runtime.isReady()) return jsonText('{"status":"ready"}', runtime.clock);
  return problemResponse({
    code: "overloaded",
    detail: "The server is shutting down",
    retryAfterMs: 1_000,
  });
}

/** The path as it was sent: `new URL` would cost as much as the rest of the routing. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** HTTP/2 has no Host header; its :authority stands in the URL. */
function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A body that is not read ends the connection; clients must be told. */
function forbidden(why: string): Response {
  const problem = { code: "forbidden", detail: `Cannot serve request: ${why}` } as const;
  return problemResponse(problem, { connection: "close" });
}

function notAllowed(allow: string): Response {
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
      headers: { "content-type": "application/problem+json", allow, connection: "close" },
    },
  );
}
