/** JSON-RPC 2.0 as MCP narrows it: what a message is, and how answers are written. */
import { CODE_TABLE } from "../base/code_table.ts";
import { type Problem, problemData } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";

/** A string, or an integer that a double holds exactly; never null (MCP, basic: requests). */
export type RequestId = string | number;

/** A parsed message whose envelope has been checked. Without an `id` it is a notification. */
export interface RpcMessage {
  readonly id?: RequestId;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

/** An error as it goes over the wire, with the HTTP status that fits it. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly httpStatus: number;
}

/** What a JSON value is as a JSON-RPC message. */
export type Envelope =
  | { readonly kind: "message"; readonly message: RpcMessage }
  | {
    readonly kind: "response";
    readonly id: RequestId | undefined;
    /** The whole message: `result` or `error` is in it. */
    readonly message: Readonly<Record<string, unknown>>;
  }
  | { readonly kind: "invalid"; readonly error: RpcError; readonly id: RequestId | undefined };

const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

/** Checks the envelope of one message; a batch is not one message. */
export function readEnvelope(value: unknown): Envelope {
  if (!isRecord(value)) return invalid(`a message is an object, this is ${article(value)}`);
  const { id, method, params } = value;
  const usableId = isRequestId(id) ? id : undefined;
  if (value.jsonrpc !== "2.0") return invalid('"jsonrpc" is "2.0" in every message', usableId);
  if (id !== undefined && usableId === undefined) return invalid(idComplaint(id));
  if (method === undefined && ("result" in value || "error" in value)) {
    // An error may come without an id, when the other side could not read ours.
    if (usableId === undefined && !("error" in value)) return invalid("a result needs an id");
    return { kind: "response", id: usableId, message: value };
  }
  if (typeof method !== "string") {
    return invalid(`"method" is a string, this is ${article(method)}`, usableId);
  }
  if (params !== undefined && !isRecord(params)) {
    return invalid(`"params" is an object, this is ${article(params)}`, usableId);
  }
  return { kind: "message", message: value as unknown as RpcMessage };
}

/** True for an id that MCP allows and that comes back as it came. */
export function isRequestId(id: unknown): id is RequestId {
  if (typeof id === "number") return Number.isSafeInteger(id);
  return typeof id === "string" && id.length <= LIMITS.requestIdCharsMax;
}

function idComplaint(id: unknown): string {
  if (typeof id === "number") return '"id" is a string or an integer of at most 2^53 - 1';
  if (typeof id === "string") {
    return `"id" has at most ${LIMITS.requestIdCharsMax} characters, this has ${id.length}`;
  }
  return `"id" is a string or an integer, this is ${article(id)}`;
}

function article(value: unknown): string {
  const kind = value === undefined ? "nothing" : kindOf(value);
  if (kind === "null" || kind === "nothing") return kind;
  return (/^[aeiou]/.test(kind) ? "an " : "a ") + kind;
}

function invalid(what: string, id?: RequestId): Envelope {
  return { kind: "invalid", error: invalidRequest(`Cannot take message: ${what}`), id };
}

/** -32600: not a request that can be understood. */
export function invalidRequest(message: string, data?: unknown): RpcError {
  return rpcError(CODE_TABLE.invalid_request.jsonRpc, message, 400, data);
}

/** -32700: not JSON. */
export function parseError(message: string): RpcError {
  return rpcError(CODE_TABLE.parse_error.jsonRpc, message, 400);
}

/** -32601: a method that this era does not have; 404 over HTTP (2026-07-28, transports). */
export function methodNotFound(method: string, hint = ""): RpcError {
  return rpcError(METHOD_NOT_FOUND, `Method not found: "${clip(method)}"${hint}`, 404);
}

/** -32602: parameters of a method are missing or wrong. In band, so 200 over HTTP. */
export function invalidParams(message: string, data?: unknown): RpcError {
  return rpcError(INVALID_PARAMS, message, 200, data);
}

export function rpcError(
  code: number,
  message: string,
  httpStatus: number,
  data?: unknown,
): RpcError {
  return data === undefined ? { code, message, httpStatus } : { code, message, httpStatus, data };
}

/** A refused or failed call in JSON-RPC's form. In band: over HTTP the status stays 200. */
export function problemToRpc(problem: Problem): RpcError {
  return rpcError(CODE_TABLE[problem.code].jsonRpc, problem.detail, 200, problemData(problem));
}

/** The text of an error answer. Without an id there is none in it: MCP's schema knows no null id. */
export function errorText(id: RequestId | undefined, error: RpcError): string {
  const { code, message, data } = error;
  const head = id === undefined ? "" : `"id":${JSON.stringify(id)},`;
  return `{"jsonrpc":"2.0",${head}"error":${JSON.stringify({ code, message, data })}}`;
}

/** The text of a result answer; `members` are the result's members without the braces. */
export function resultText(id: RequestId, members: string): string {
  return '{"jsonrpc":"2.0","id":' + (typeof id === "number" ? id : JSON.stringify(id)) +
    ',"result":{' + members + "}}";
}

/** The text of a notification. */
export function notificationText(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

/** What a client sent goes into messages in bounded length, and without half characters. */
export function clip(text: string, chars = 100): string {
  return (text.length <= chars ? text : text.slice(0, chars) + "…").toWellFormed();
}
