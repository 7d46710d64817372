/** The era of the handshake: MCP revisions 2024-11-05 to 2025-11-25. */
import type { Problem } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { invalidParams, methodNotFound, type RpcError, type RpcMessage } from "./jsonrpc.ts";
import { requestRow } from "./methods.ts";
import { isLegacyVersion, LEGACY_VERSIONS, type LegacyVersion } from "./versions.ts";

/** The only revision that has JSON-RPC batches. */
export const BATCH_VERSION: LegacyVersion = "2025-03-26";

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
export function checkLegacyRequest(message: RpcMessage): RpcError | undefined {
  if (requestRow(message.method)?.legacy === true) return undefined;
  const known = requestRow(message.method) !== undefined;
  return methodNotFound(message.method, known ? ", it needs the metadata of 2026-07-28" : "");
}

/** Legacy clients know structured content only as an object. */
export function legacyStructured(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}

/** Legacy clients know output schemas only with an object at the root; some drop all tools otherwise. */
export function isLegacyOutputSchema(schema: Readonly<Record<string, unknown>>): boolean {
  return schema.type === "object";
}

/** Up to 2025-11-25 a missing resource has a code of its own (server/resources: error handling). */
const RESOURCE_NOT_FOUND = -32002;

/** An error in this era's terms. */
export function legacyError(problem: Problem, error: RpcError): RpcError {
  const missing = problem.code === "not_found" && problem.uri !== undefined;
  return missing ? { ...error, code: RESOURCE_NOT_FOUND } : error;
}
