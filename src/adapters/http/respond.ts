/** The few forms that HTTP answers have. */
import type { Clock } from "../../base/clock.ts";
import { CODE_TABLE } from "../../base/code_table.ts";
import { type Problem, problemDocument } from "../../base/errors.ts";
import { moreScopes } from "./protected_resource.ts";
import type { Incoming } from "./incoming.ts";
import { GUARDED_BYTES_MIN, guardedBody } from "./guarded_body.ts";
import { errorText, type RequestId, type RpcError } from "../../protocol/jsonrpc.ts";

const JSON_OK = { headers: { "content-type": "application/json" } };

/** 200 with JSON text. A large one is watched: a client that does not read it is disconnected. */
export function jsonText(
  text: string,
  clock: Clock,
  headers?: Readonly<Record<string, string>>,
): Response {
  if (text.length < GUARDED_BYTES_MIN && headers === undefined) {
    return new Response(text, JSON_OK);
  }
  const body = text.length < GUARDED_BYTES_MIN
    ? text
    : guardedBody(new TextEncoder().encode(text), clock);
  return new Response(body, { headers: { "content-type": "application/json", ...headers } });
}

/** JSON text with a status that says it is an error. */
export function jsonError(
  text: string,
  status: number,
  headers?: Readonly<Record<string, string>>,
): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** A JSON-RPC error with the HTTP status that goes with it. */
export function rpcErrorResponse(
  error: RpcError,
  id?: RequestId,
  headers: Record<string, string> = {},
): Response {
  return new Response(errorText(id, error), {
    status: error.httpStatus,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** RFC 9457. */
export function problemResponse(
  problem: Problem,
  headers: Record<string, string> = {},
  status: number = CODE_TABLE[problem.code].http,
): Response {
  return new Response(JSON.stringify({ ...problemDocument(problem), status }), {
    status,
    headers: {
      "content-type": "application/problem+json",
      ...(problem.retryAfterMs !== undefined && retryAfter(problem.retryAfterMs)),
      ...moreScopes(problem),
      ...headers,
    },
  });
}

/** So much of a body may stay unread without harm to the connection. */
const UNREAD_BYTES_MAX = 4_096;

/** Deno ends the connection after a larger body that was not read; clients must be told. */
export function closeUnread({ request, headers }: Incoming): Record<string, string> {
  if (request.body === null) return {};
  const declared = headers.contentLength;
  return declared !== null && Number(declared) <= UNREAD_BYTES_MAX ? {} : { connection: "close" };
}

/** No body. */
export function empty(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}

/** RFC 9110 section 10.2.3 knows whole seconds only. */
export function retryAfter(ms: number): Record<string, string> {
  return { "retry-after": String(Math.max(1, Math.ceil(ms / 1000))) };
}
