/** Credentials of HTTP requests: `Authorization: Bearer …` or `X-API-Key`; never the query string. */
import { CODE_TABLE } from "../../base/code_table.ts";
import type { Problem } from "../../base/errors.ts";
import type { Access } from "../../pipeline/access.ts";
import { problemToRpc } from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { errorParts, REALM, type ResourceMetadata } from "./protected_resource.ts";
import { NO_CREDENTIAL, readCredential } from "../credential.ts";
import type { Incoming } from "./incoming.ts";
import { prove } from "../prove.ts";
import { closeUnread, problemResponse, rpcErrorResponse } from "./respond.ts";

export interface CredentialOptions {
  /** Whether requests without credentials are the `default` tenant's. */
  readonly anonymous: boolean;
  /** Where tokens come from; undefined where none are taken. */
  readonly metadata?: ResourceMetadata | undefined;
}

/** Finds out who a request is of, and puts that into its client; gives the refusal of a wrong one. */
export function authenticate(
  runtime: Runtime,
  incoming: Incoming,
  options: CredentialOptions,
): Response | undefined | Promise<Response | undefined> {
  if (runtime.authenticate === undefined) return undefined;
  const { headers, request, client } = incoming;
  const credential = hasTokenInQuery(request.url)
    ? IN_QUERY
    : readCredential(headers.authorization, headers.apiKey);
  const proof = { credential, certificate: client.certificate };
  const answer = prove(runtime, proof, client, options.anonymous);
  return answer instanceof Promise
    ? answer.then((access) => take(runtime, incoming, options, access))
    : take(runtime, incoming, options, answer);
}

function take(
  runtime: Runtime,
  incoming: Incoming,
  options: CredentialOptions,
  answer: Access | Problem,
): Response | undefined {
  const problem = "code" in answer ? answer : answer.problem;
  if (problem !== undefined) return refused(runtime, incoming, options, problem);
  incoming.client.access = answer as Access;
  return undefined;
}

/** Who needs more scopes is told where to get them, on any path. */
export function withChallenge(
  answer: Response | Promise<Response>,
  incoming: Incoming,
  metadata: ResourceMetadata,
): Response | Promise<Response> {
  const complete = (response: Response) => {
    if (response.status === CODE_TABLE.forbidden.http) {
      metadata.completeChallenge(response.headers, incoming.path, incoming.host ?? "");
    }
    return response;
  };
  return answer instanceof Promise ? answer.then(complete) : complete(answer);
}

function refused(
  { recordLogin }: Runtime,
  incoming: Incoming,
  { metadata }: CredentialOptions,
  problem: Problem,
): Response {
  const { path: target, client } = incoming;
  recordLogin?.({ adapter: isRest(target) ? "rest" : "http", client, target, problem });
  return refuse(incoming, problem, metadata);
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
  incoming: Incoming,
  problem: Problem,
  metadata: ResourceMetadata | undefined,
): Response {
  const headers = { ...challenge(problem, incoming, metadata), ...closeUnread(incoming) };
  if (isRest(incoming.path)) return problemResponse(problem, headers);
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
  { path, host }: Incoming,
  metadata: ResourceMetadata | undefined,
): Record<string, string> {
  const { code, requiredScopes } = problem;
  if (code !== "unauthenticated" && problem !== IN_QUERY && requiredScopes === undefined) return {};
  const sent = problem !== NO_CREDENTIAL;
  if (metadata !== undefined) {
    return { "www-authenticate": metadata.challenge(problem, sent, path, host ?? "") };
  }
  const [error] = sent ? errorParts(problem) : [];
  return { "www-authenticate": error === undefined ? REALM : `${REALM}, ${error}` };
}
