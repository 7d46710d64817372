/** The era of the handshake: MCP revisions 2024-11-05 to 2025-11-25. */
import type { Problem } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { resultMembers, type ToolResult } from "./content.ts";
import type { Era } from "./era.ts";
import { invalidParams, methodNotFound, type RpcError, type RpcMessage } from "./jsonrpc.ts";
import { requestRow } from "./methods.ts";
import { answerProblem } from "./problem_answer.ts";
import { isLegacyVersion, LEGACY_VERSIONS, type LegacyVersion } from "./versions.ts";

/** The only revision that has JSON-RPC batches. */
export const BATCH_VERSION: LegacyVersion = "2025-03-26";

/** True for clients that may send batches; `version` is what their handshake agreed on. */
export function takesBatches(version: LegacyVersion | undefined): boolean {
  return version === BATCH_VERSION;
}

/** True for clients that know events without data, and come back to a stream that was ended. */
export function canPoll(version: LegacyVersion | undefined): boolean {
  return version === "2025-11-25";
}

/** What the client of a handshake said of itself, and the revision that it gets. */
export interface Handshake {
  readonly version: LegacyVersion;
  readonly clientInfo: Readonly<Record<string, unknown>>;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/**
 * The revision that answers a client's wish: the same if it is served, else the newest
 * legacy one (2025-11-25, lifecycle: version negotiation).
 */
export function negotiate(requested: string): LegacyVersion {
  return isLegacyVersion(requested) ? requested : LEGACY_VERSIONS[0];
}

/** Reads the parameters of `initialize`. */
export function readHandshake(params: Record<string, unknown> | undefined): Handshake | RpcError {
  if (typeof params?.protocolVersion !== "string") {
    return invalidParams('Invalid params: "initialize" needs the string "protocolVersion"');
  }
  const { protocolVersion, clientInfo, capabilities } = params;
  return {
    version: negotiate(protocolVersion),
    clientInfo: isRecord(clientInfo) ? clientInfo : {},
    capabilities: isRecord(capabilities) ? capabilities : {},
  };
}

/** Checks that this era has the method. */
function checkLegacyRequest(message: RpcMessage): RpcError | undefined {
  if (requestRow(message.method)?.legacy === true) return undefined;
  const known = requestRow(message.method) !== undefined;
  return methodNotFound(message.method, known ? ", it needs the metadata of 2026-07-28" : "");
}

/** Legacy clients know output schemas only with an object at the root; some drop all tools otherwise. */
export function isLegacyOutputSchema(schema: Readonly<Record<string, unknown>>): boolean {
  return schema.type === "object";
}

/** Up to 2025-11-25 a missing resource has a code of its own (server/resources: error handling). */
const RESOURCE_NOT_FOUND = -32002;

/** An error in this era's terms. */
function legacyError(problem: Problem, error: RpcError): RpcError {
  const missing = problem.code === "not_found" && problem.uri !== undefined;
  return missing ? { ...error, code: RESOURCE_NOT_FOUND } : error;
}

/** The rules of this era. */
export const LEGACY: Era = {
  name: "legacy",
  checkRequest: checkLegacyRequest,
  statementOf: () => undefined,
  resultMembers: legacyResultMembers,
  answerMembers: (members) => members,
  listMembers: (members) => members,
  problemAnswer(kind, problem) {
    if (kind === "tool" && problem.code === "capability_required") {
      return { result: { content: [{ type: "text", text: problem.detail }], isError: true } };
    }
    const answer = answerProblem(kind, problem);
    return kind === "resource" && "error" in answer
      ? { error: legacyError(problem, answer.error) }
      : answer;
  },
};

/** Legacy clients know structured content only as an object. */
function legacyResultMembers(result: ToolResult, rendered: string | undefined): string {
  const { structuredContent, _meta: meta } = result;
  const fits = structuredContent === undefined || isRecord(structuredContent);
  const members = fits
    ? rendered ?? resultMembers(result)
    : resultMembers(withoutStructured(result));
  return meta === undefined ? members : `${members},"_meta":${JSON.stringify(meta)}`;
}

function withoutStructured({ structuredContent: _, ...plain }: ToolResult): ToolResult {
  return plain;
}
