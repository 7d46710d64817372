/** Credentials of HTTP requests: `Authorization: Bearer …` or `X-API-Key`; never the query string. */
import { CODE_TABLE } from "../../base/code_table.ts";
import type { Problem } from "../../base/errors.ts";
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import { problemToRpc } from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { hostOf, pathOf } from "./address.ts";
import { errorParts, REALM, type ResourceMetadata } from "./protected_resource.ts";
import { NO_CREDENTIAL, readCredential } from "../credential.ts";
import { closeUnread, problemResponse, rpcErrorResponse } from "./respond.ts";

/** A client as it arrives: who it is, is found out on the way. */
export type Arriving = Omit<ClientInfo, "access"> & { access?: Access | undefined };

export interface CredentialOptions {
  /** Whether requests without credentials are the `default` tenant's. */
  readonly anonymous: boolean;
  /** Where tokens come from; undefined where none are taken. */
  readonly metadata?: ResourceMetadata | undefined;
}

/** Puts the access into `client` and goes on with `next`, or refuses the request. */
export function authenticated(
  runtime: Runtime,
  request: Request,
  client: Arriving,
  { anonymous, metadata }: CredentialOptions,
  next: () => Response | Promise<Response>,
): Response | Promise<Response> {
  const { authenticate } = runtime;
  if (authenticate === undefined) return next();
  const refused = (problem: Problem) => {
    record(runtime, request, client, problem);
    return refuse(request, problem, metadata);
  };
  const { headers, url } = request;
  const credential = hasTokenInQuery(url)
    ? IN_QUERY
    : readCredential(headers.get("authorization"), headers.get("x-api-key"));
  if (credential === undefined && !anonymous) return refused(NO_CREDENTIAL);
  const take = (answer: Access | Problem) => {
    const problem = "code" in answer ? answer : answer.problem;
    if (problem !== undefined) return refused(problem);
    client.access = answer as Access;
    return metadata === undefined ? next() : completed(next(), request, metadata);
  };
  const answer = authenticate(credential, client);
  return answer instanceof Promise ? answer.then(take) : take(answer);
}

/** Who needs more scopes is told where to get them, on any path. */
function completed(
  answer: Response | Promise<Response>,
  request: Request,
  metadata: ResourceMetadata,
): Response | Promise<Response> {
  const complete = (response: Response) => {
    if (response.status === CODE_TABLE.forbidden.http) {
      metadata.completeChallenge(response.headers, pathOf(request.url), hostOf(request) ?? "");
    }
    return response;
  };
  return answer instanceof Promise ? answer.then(complete) : complete(answer);
}

function record(
  { recordLogin }: Runtime,
  request: Request,
  client: ClientInfo,
  problem: Problem,
): void {
  if (recordLogin === undefined) return;
  const target = pathOf(request.url);
  recordLogin({ adapter: isRest(target) ? "rest" : "http", client, target, problem });
}

function isRest(path: string): boolean {
  return path.startsWith("/v1/") || path === "/openapi.json";
}

/** Addresses are written to logs on the way (MCP, authorization: access token usage). */
const IN_QUERY: Problem = {
  code: "invalid_request",
  detail: "Cannot serve request: its address has access_token in it, expected the token in " +
    "Authorization: Bearer; take this one for known to others",
};

function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf("?");
  return start >= 0 && new URLSearchParams(url.slice(start)).has("access_token");
}

/** In the form of the path: JSON-RPC for MCP, RFC 9457 elsewhere. The status stays what it is. */
function refuse(
  request: Request,
  problem: Problem,
  metadata: ResourceMetadata | undefined,
): Response {
  const path = pathOf(request.url);
  const headers = { ...challenge(problem, request, path, metadata), ...closeUnread(request) };
  if (isRest(path)) return problemResponse(problem, headers);
  const error = { ...problemToRpc(problem), httpStatus: CODE_TABLE[problem.code].http };
  const { retryAfterMs } = problem;
  const later = retryAfterMs === undefined
    ? {}
    : { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return rpcErrorResponse(error, undefined, { ...headers, ...later });
}

/** RFC 6750 section 3: without a credential, no error is named. */
function challenge(
  problem: Problem,
  request: Request,
  path: string,
  metadata: ResourceMetadata | undefined,
): Record<string, string> {
  const { code, requiredScopes } = problem;
  if (code !== "unauthenticated" && problem !== IN_QUERY && requiredScopes === undefined) return {};
  const sent = problem !== NO_CREDENTIAL;
  if (metadata !== undefined) {
    const host = hostOf(request) ?? "";
    return { "www-authenticate": metadata.challenge(problem, sent, path, host) };
  }
  const [error] = sent ? errorParts(problem) : [];
  return { "www-authenticate": error === undefined ? REALM : `${REALM}, ${error}` };
}
