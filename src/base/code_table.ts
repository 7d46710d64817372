/** The closed set of error codes and what each one is on every adapter: the one table that all of them look up. */

/** Every way in which gomcp can say no. Adapters and callers compare these, never messages. */
export type ErrorCode =
  | "parse_error"
  | "invalid_request"
  | "method_not_found"
  | "unknown_tool"
  | "not_found"
  | "capability_required"
  | "invalid_arguments"
  | "too_large"
  | "unauthenticated"
  | "forbidden"
  | "rate_limited"
  | "quota_exceeded"
  | "overloaded"
  | "deadline_exceeded"
  | "cancelled"
  | "audit_unavailable"
  | "worker_lost"
  | "upstream_failed"
  | "tool_error"
  | "internal";

/** One row: the same outcome in the words of each adapter. */
export interface CodeRow {
  /** JSON-RPC error code; ours lie outside -32768…-32000, where MCP 2026-07-28 allows no new ones. */
  readonly jsonRpc: number;
  /** True when MCP carries the outcome as a tool result with `isError` instead of a JSON-RPC error. */
  readonly asToolResult: boolean;
  /** HTTP status of the REST adapter. */
  readonly http: number;
  /** The reason phrase of a problem document's `title`, RFC 9457 section 3.1.3. */
  readonly title: string;
  /** gRPC status code by name. */
  readonly grpc: GrpcStatus;
  /** Exit status of the command line. */
  readonly exit: number;
}

/** The gRPC status codes that gomcp answers with. */
export type GrpcStatus =
  | "OK"
  | "CANCELLED"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "FAILED_PRECONDITION"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED";

/** The table. The compiler finds a missing row. */
export const CODE_TABLE: Readonly<Record<ErrorCode, CodeRow>> = {
  parse_error: row(-32700, 400, "INVALID_ARGUMENT", 1, "Malformed JSON"),
  invalid_request: row(-32600, 400, "INVALID_ARGUMENT", 1, "Invalid request"),
  method_not_found: row(-32601, 404, "UNIMPLEMENTED", 1, "Method not found"),
  unknown_tool: row(-32602, 404, "NOT_FOUND", 5, "Unknown tool"),
  not_found: row(-32602, 404, "NOT_FOUND", 5, "Not found"),
  capability_required: row(-32021, 400, "FAILED_PRECONDITION", 5, "Client capability required"),
  invalid_arguments: result(-32602, 422, "INVALID_ARGUMENT", 5, "Invalid arguments"),
  too_large: row(-32600, 413, "RESOURCE_EXHAUSTED", 5, "Too large"),
  unauthenticated: row(-31401, 401, "UNAUTHENTICATED", 3, "Unauthenticated"),
  forbidden: row(-31403, 403, "PERMISSION_DENIED", 3, "Forbidden"),
  rate_limited: row(-31429, 429, "RESOURCE_EXHAUSTED", 6, "Rate limited"),
  quota_exceeded: row(-31430, 429, "RESOURCE_EXHAUSTED", 6, "Quota exceeded"),
  overloaded: row(-31503, 503, "UNAVAILABLE", 6, "Overloaded"),
  deadline_exceeded: row(-31504, 504, "DEADLINE_EXCEEDED", 7, "Deadline exceeded"),
  cancelled: row(-31499, 499, "CANCELLED", 7, "Cancelled"),
  audit_unavailable: row(-31513, 503, "UNAVAILABLE", 6, "Audit unavailable"),
  worker_lost: row(-31502, 502, "UNAVAILABLE", 7, "Worker lost"),
  upstream_failed: row(-31512, 502, "UNAVAILABLE", 7, "Upstream failed"),
  tool_error: result(-32603, 200, "OK", 5, "Tool error"),
  internal: row(-32603, 500, "INTERNAL", 70, "Internal error"),
};

function row(
  jsonRpc: number,
  http: number,
  grpc: GrpcStatus,
  exit: number,
  title: string,
): CodeRow {
  return { jsonRpc, asToolResult: false, http, grpc, exit, title };
}

function result(...args: Parameters<typeof row>): CodeRow {
  return { ...row(...args), asToolResult: true };
}
