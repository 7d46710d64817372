/** Header fields that repeat what a body says (2026-07-28, transports: standard headers). */
import { kindOf } from "../base/json.ts";
import { clip, type RpcError, rpcError } from "./jsonrpc.ts";

const HEADER_MISMATCH = -32020;

/** The headers that mirror a request's body, as received; null where one is missing. */
export interface MirrorHeaders {
  /** MCP-Protocol-Version */
  readonly protocolVersion: string | null;
  readonly mcpMethod: string | null;
  readonly mcpName: string | null;
}

/** Values are compared without surrounding blanks and with regard to case (2026-07-28, transports). */
export function mismatch(
  header: string,
  received: string | null,
  expected: unknown,
): RpcError | undefined {
  if (received === expected) return undefined;
  if (received === null) return headerError(`header ${header} is missing`, header);
  const value = decodeHeaderValue(received.trim());
  if (value === undefined) return headerError(`header ${header} is no valid base64`, header);
  if (value === expected) return undefined;
  return headerError(
    `header ${header} is ${shown(value)}, the body says ${shown(expected)}`,
    header,
  );
}

/** -32020: a header does not say what the body says. */
export function headerError(what: string, header: string): RpcError {
  return rpcError(HEADER_MISMATCH, `Header mismatch: ${what}`, 400, { header });
}

/** Values that a header cannot carry travel as `=?base64?…?=`; undefined when that is broken. */
export function decodeHeaderValue(value: string): string | undefined {
  const match = /^=\?base64\?(.*)\?=$/.exec(value);
  if (match === null) return value;
  // atob takes texts without their padding, the revision does not.
  if (match[1]!.length % 4 !== 0) return undefined;
  try {
    const bytes = Uint8Array.from(atob(match[1]!), (c) => c.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A value as a header carries it (2026-07-28, transports: value encoding). */
export function encodeHeaderValue(value: string): string {
  const isPlain = /^[!-~](?:[ -~]*[!-~])?$/.test(value) && !value.startsWith("=?base64?");
  return isPlain ? value : `=?base64?${new TextEncoder().encode(value).toBase64()}?=`;
}

export function shown(value: unknown): string {
  return typeof value === "string" ? `"${clip(value)}"` : kindOf(value);
}
