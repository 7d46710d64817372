/** Credentials of HTTP requests: `Authorization: Bearer …` or `X-API-Key`; never the query string. */
import { CODE_TABLE } from "../../base/code_table.ts";
import type { Problem } from "../../base/errors.ts";
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import { problemToRpc } from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { NO_CREDENTIAL, readCredential, UNUSABLE_CREDENTIAL } from "../credential.ts";
import { closeUnread, problemResponse, rpcErrorResponse } from "./respond.ts";

/** A client as it arrives: who it is, is found out on the way. */
export type Arriving = Omit<ClientInfo, "access"> & { access?: Access | undefined };

export interface CredentialOptions {
  /** Whether requests without credentials are the `default` tenant's. */
  readonly anonymous: boolean;
}

/** Puts the access into `client` and goes on with `next`, or refuses the request. */
export function authenticated(
  runtime: Runtime,
  request: Request,
  client: Arriving,
  { anonymous }: CredentialOptions,
  next: () => Response | Promise<Response>,
): Response | Promise<Response> {
  const { authenticate } = runtime;
  if (authenticate === undefined) return next();
  const { headers } = request;
  const credential = readCredential(headers.get("authorization"), headers.get("x-api-key"));
  if (credential === undefined && !anonymous) return refuse(request, NO_CREDENTIAL);
  if (credential === null) return refuse(request, UNUSABLE_CREDENTIAL);
  const take = (answer: Access | Problem) => {
    const problem = "code" in answer ? answer : answer.problem;
    if (problem !== undefined) return refuse(request, problem);
    client.access = answer as Access;
    return next();
  };
  const answer = authenticate(credential, client);
  return answer instanceof Promise ? answer.then(take) : take(answer);
}

/** In the form of the path: JSON-RPC for MCP, RFC 9457 elsewhere. The status stays what it is. */
function refuse(request: Request, problem: Problem): Response {
  const headers = { ...challenge(problem), ...closeUnread(request) };
  const path = new URL(request.url).pathname;
  if (path.startsWith("/v1/") || path === "/openapi.json") return problemResponse(problem, headers);
  const error = { ...problemToRpc(problem), httpStatus: CODE_TABLE[problem.code].http };
  const { retryAfterMs } = problem;
  const later = retryAfterMs === undefined
    ? {}
    : { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return rpcErrorResponse(error, undefined, { ...headers, ...later });
}

/** RFC 6750 section 3: without a credential, no error is named. */
function challenge(problem: Problem): Record<string, string> {
  if (problem.code !== "unauthenticated") return {};
  const error = problem === NO_CREDENTIAL ? "" : ', error="invalid_token"';
  return { "www-authenticate": `Bearer realm="gomcp"${error}` };
}
