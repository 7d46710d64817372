/** Which era a message belongs to: decided for each message, never for a process. */
import type { Era } from "./era.ts";
import type { RpcMessage } from "./jsonrpc.ts";
import { LEGACY } from "./legacy.ts";
import { requestRow } from "./methods.ts";
import { claimsModern, headerClaimsModern, MODERN } from "./modern.ts";

/**
 * By the message itself; then by the version header, null where there is none; then by its method,
 * if one era alone has it.
 */
export function eraOf(message: RpcMessage, versionHeader: string | null = null): Era {
  if (claimsModern(message) || headerClaimsModern(versionHeader)) return MODERN;
  return requestRow(message.method)?.legacy === false ? MODERN : LEGACY;
}
