/** The era of per-request metadata: MCP revision 2026-07-28. */
import { isRecord, kindOf } from "../base/json.ts";
import { clip, methodNotFound, type RpcError, rpcError, type RpcMessage } from "./jsonrpc.ts";
import { isMcpLogLevel } from "./logging.ts";
import { requestRow } from "./methods.ts";
import { isModernVersion, LEGACY_VERSIONS, MODERN_VERSIONS, type ServerInfo } from "./versions.ts";

export const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
export const CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities";
export const CLIENT_INFO_KEY = "io.modelcontextprotocol/clientInfo";
export const LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel";
export const SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo";

const INVALID_PARAMS = -32602;
const HEADER_MISMATCH = -32020;
const UNSUPPORTED_VERSION = -32022;

/** The headers that mirror a request's body, as received; null where one is missing. */
export interface MirrorHeaders {
  readonly version: string | null;
  readonly method: string | null;
  readonly name: string | null;
}

/** The `_meta` of a message's parameters, if it is an object. */
export function metaOf(message: RpcMessage): Record<string, unknown> | undefined {
  const meta = message.params?._meta;
  return isRecord(meta) ? meta : undefined;
}

/** True when a message claims to be of this era. */
export function claimsModern(message: RpcMessage): boolean {
  return metaOf(message)?.[VERSION_KEY] !== undefined;
}

/**
 * Checks a request in the order that the revision gives: metadata, version header,
 * version, method and name headers, method. `headers` is undefined where the
 * transport has none.
 */
export function checkModernRequest(
  message: RpcMessage,
  headers?: MirrorHeaders,
): RpcError | undefined {
  return checkMeta(message) ??
    (headers === undefined ? undefined : checkVersionHeader(message, headers)) ??
    checkVersion(message) ??
    (headers === undefined ? undefined : checkMirrors(message, headers)) ??
    checkMethod(message) ??
    checkLogLevel(message);
}

function checkMeta(message: RpcMessage): RpcError | undefined {
  const meta = metaOf(message);
  const missing: string[] = [];
  if (typeof meta?.[VERSION_KEY] !== "string") missing.push(VERSION_KEY);
  if (!isRecord(meta?.[CAPABILITIES_KEY])) missing.push(CAPABILITIES_KEY);
  if (missing.length === 0) return undefined;
  const text = `Invalid params: params._meta needs ${missing.map((key) => `"${key}"`).join(", ")}`;
  return rpcError(INVALID_PARAMS, text, 400, { missing });
}

function checkVersion(message: RpcMessage): RpcError | undefined {
  const requested = metaOf(message)![VERSION_KEY] as string;
  return isModernVersion(requested) ? undefined : unsupportedVersion(requested);
}

/** -32022: names the modern revisions as data, the legacy ones (which need a handshake) in words only. */
export function unsupportedVersion(requested: string): RpcError {
  const text = `Unsupported protocol version "${clip(requested)}": this server serves ` +
    `${MODERN_VERSIONS.join(", ")}, and after "initialize" ${LEGACY_VERSIONS.join(", ")}`;
  return rpcError(UNSUPPORTED_VERSION, text, 400, {
    supported: MODERN_VERSIONS,
    requested: clip(requested),
  });
}

function checkMethod(message: RpcMessage): RpcError | undefined {
  if (requestRow(message.method)?.modern === true) return undefined;
  const known = requestRow(message.method) !== undefined;
  return methodNotFound(message.method, known ? `, it is not in ${MODERN_VERSIONS[0]}` : "");
}

function checkLogLevel(message: RpcMessage): RpcError | undefined {
  const level = metaOf(message)![LOG_LEVEL_KEY];
  if (level === undefined || isMcpLogLevel(level)) return undefined;
  return rpcError(INVALID_PARAMS, `Invalid params: unknown log level ${shown(level)}`, 400);
}

function checkVersionHeader(message: RpcMessage, headers: MirrorHeaders): RpcError | undefined {
  return mismatch("MCP-Protocol-Version", headers.version, metaOf(message)![VERSION_KEY]);
}

function checkMirrors(message: RpcMessage, headers: MirrorHeaders): RpcError | undefined {
  const fault = mismatch("Mcp-Method", headers.method, message.method);
  const nameParam = requestRow(message.method)?.nameParam;
  if (fault !== undefined || nameParam === undefined) return fault;
  const name = message.params?.[nameParam];
  if (typeof name !== "string") return undefined; // the method itself complains about its parameter
  return mismatch("Mcp-Name", headers.name, name);
}

/** Values are compared without surrounding blanks and with regard to case (2026-07-28, transports). */
function mismatch(
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

function shown(value: unknown): string {
  return typeof value === "string" ? `"${clip(value)}"` : kindOf(value);
}

/** A POST with a version header but no metadata in the body still claims this era. */
export function headerClaimsModern(version: string | null): boolean {
  return version !== null && isModernVersion(version.trim());
}

/** What stands behind the members of every complete result. */
export function completeTail(info: ServerInfo, meta?: Readonly<Record<string, unknown>>): string {
  const all = { ...meta, [SERVER_INFO_KEY]: info };
  return `,"resultType":"complete","_meta":${JSON.stringify(all)}`;
}

/** What stands behind the members of a result that asks for input (2026-07-28, MRTR). */
export function inputRequiredTail(info: ServerInfo): string {
  return `,"resultType":"input_required","_meta":${JSON.stringify({ [SERVER_INFO_KEY]: info })}`;
}

/** How long and by whom a list may be cached (2026-07-28, caching). */
export function cacheMembers(ttlMs: number, scope: "public" | "private"): string {
  return `,"ttlMs":${ttlMs},"cacheScope":"${scope}"`;
}
