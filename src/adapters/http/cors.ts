/** Answers for web pages (Fetch standard, CORS protocol), once their origin was found good. */

const METHODS = "GET, HEAD, POST, DELETE";
/** What MCP's clients and API keys send. */
const HEADERS = "content-type, accept, authorization, x-api-key, mcp-session-id, " +
  "mcp-protocol-version, mcp-method, mcp-name, last-event-id";
/** What pages may read of an answer beyond what browsers always show. */
const EXPOSED = "mcp-session-id, www-authenticate, retry-after, ratelimit, ratelimit-policy";
const MAX_AGE_SECONDS = "600";

/** True for the question that a browser asks before it sends what a page wants. */
export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method");
}

export function preflight(request: Request, origin: string): Response {
  const asked = request.headers.get("access-control-request-headers");
  const more = asked?.split(",").map((name) => name.trim().toLowerCase())
    .filter((name) => /^mcp-param-[\w-]+$/.test(name)) ?? [];
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": [HEADERS, ...more].join(", "),
      "access-control-max-age": MAX_AGE_SECONDS,
      "vary": "origin, access-control-request-headers",
    },
  });
}

/** Lets the page read the answer. */
export function withCors(
  answer: Response | Promise<Response>,
  origin: string,
): Response | Promise<Response> {
  if (answer instanceof Promise) return answer.then((response) => mark(response, origin));
  return mark(answer, origin);
}

function mark(response: Response, origin: string): Response {
  const { headers } = response;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", EXPOSED);
  headers.append("vary", "origin");
  return response;
}
