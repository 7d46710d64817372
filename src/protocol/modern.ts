/** The era of per-request metadata: MCP revision 2026-07-28. */
import { isRecord } from "../base/json.ts";
import { resultMembers } from "./content.ts";
import type { Era } from "./era.ts";
import { type MirrorHeaders, mismatch, shown } from "./header_values.ts";
import { clip, methodNotFound, type RpcError, rpcError, type RpcMessage } from "./jsonrpc.ts";
import { isMcpLogLevel } from "./logging.ts";
import { requestRow } from "./methods.ts";
import { answerProblem } from "./problem_answer.ts";
import { isModernVersion, LEGACY_VERSIONS, MODERN_VERSIONS, type ServerInfo } from "./versions.ts";

export const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
export const CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities";
export const CLIENT_INFO_KEY = "io.modelcontextprotocol/clientInfo";
export const LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel";
export const SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo";

const INVALID_PARAMS = -32602;
const UNSUPPORTED_VERSION = -32022;

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
function checkModernRequest(
  message: RpcMessage,
  headers?: MirrorHeaders,
): RpcError | undefined {
  const meta = metaOf(message);
  const requested = meta?.[VERSION_KEY];
  if (typeof requested !== "string" || !isRecord(meta![CAPABILITIES_KEY])) return missing(meta);
  return (headers && mismatch("MCP-Protocol-Version", headers.protocolVersion, requested)) ??
    (isModernVersion(requested) ? undefined : unsupportedVersion(requested)) ??
    (headers && checkMirrors(message, headers)) ??
    checkMethod(message) ??
    checkLogLevel(meta![LOG_LEVEL_KEY]);
}

function missing(meta: Record<string, unknown> | undefined): RpcError {
  const keys: string[] = [];
  if (typeof meta?.[VERSION_KEY] !== "string") keys.push(VERSION_KEY);
  if (!isRecord(meta?.[CAPABILITIES_KEY])) keys.push(CAPABILITIES_KEY);
  const text = `Invalid params: params._meta needs ${keys.map((key) => `"${key}"`).join(", ")}`;
  return rpcError(INVALID_PARAMS, text, 400, { missing: keys });
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

function checkLogLevel(level: unknown): RpcError | undefined {
  if (level === undefined || isMcpLogLevel(level)) return undefined;
  return rpcError(INVALID_PARAMS, `Invalid params: unknown log level ${shown(level)}`, 400);
}

function checkMirrors(message: RpcMessage, headers: MirrorHeaders): RpcError | undefined {
  const fault = mismatch("Mcp-Method", headers.mcpMethod, message.method);
  const nameParam = requestRow(message.method)?.nameParam;
  if (fault !== undefined || nameParam === undefined) return fault;
  const name = message.params?.[nameParam];
  if (typeof name !== "string") return undefined; // the method itself complains about its parameter
  return mismatch("Mcp-Name", headers.mcpName, name);
}

/** A POST with a version header but no metadata in the body still claims this era. */
export function headerClaimsModern(version: string | null): boolean {
  return version !== null && isModernVersion(version.trim());
}

/** How long clients may keep lists (2026-07-28, caching). */
const LIST_TTL_MS = 60_000;

/** The rules of this era. */
export const MODERN: Era = {
  name: "modern",
  checkRequest: checkModernRequest,
  statementOf: (meta) => {
    const declared = meta?.[CAPABILITIES_KEY];
    return {
      clientInfo: meta?.[CLIENT_INFO_KEY],
      logLevel: meta?.[LOG_LEVEL_KEY],
      capabilities: isRecord(declared) ? declared : {},
    };
  },
  resultMembers: (result, rendered, info) =>
    (rendered ?? resultMembers(result)) + completeTail(info, result._meta),
  // What a resource gave may differ from one moment to the next: it is not for keeping.
  answerMembers: (members, kind, info) =>
    members + (kind === "resource" ? cacheMembers(0, "private") : "") + completeTail(info),
  listMembers: (members, info) =>
    members + cacheMembers(LIST_TTL_MS, "private") + completeTail(info),
  problemAnswer(kind, problem) {
    const answer = answerProblem(kind, problem);
    // Also when it shows itself only within a handler (error -32021).
    if (problem.code !== "capability_required" || !("error" in answer)) return answer;
    return { error: { ...answer.error, httpStatus: 400 } };
  },
};

/** Rendered once a server, since every result ends with it. */
const tails = new WeakMap<ServerInfo, string>();

/** What stands behind the members of every complete result. */
export function completeTail(info: ServerInfo, meta?: Readonly<Record<string, unknown>>): string {
  if (meta !== undefined) return renderTail({ ...meta, [SERVER_INFO_KEY]: info });
  let tail = tails.get(info);
  if (tail === undefined) {
    tail = renderTail({ [SERVER_INFO_KEY]: info });
    tails.set(info, tail);
  }
  return tail;
}

/** What stands behind the members of a call's answer that goes on as a task (MCP extensions: tasks). */
export function taskTail(info: ServerInfo): string {
  return `,"resultType":"task","_meta":${JSON.stringify({ [SERVER_INFO_KEY]: info })}`;
}

function renderTail(meta: Readonly<Record<string, unknown>>): string {
  return `,"resultType":"complete","_meta":${JSON.stringify(meta)}`;
}

/** What stands behind the members of a result that asks for input (2026-07-28, MRTR). */
export function inputRequiredTail(info: ServerInfo): string {
  return `,"resultType":"input_required","_meta":${JSON.stringify({ [SERVER_INFO_KEY]: info })}`;
}

/** How long and by whom a list may be cached (2026-07-28, caching). */
function cacheMembers(ttlMs: number, scope: "public" | "private"): string {
  return `,"ttlMs":${ttlMs},"cacheScope":"${scope}"`;
}
