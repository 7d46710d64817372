/** What the SDK throws: the server's problem documents, and what keeps an answer from coming at all. */
import type { ErrorCode } from "../base/code_table.ts";
import { isRecord } from "../base/json.ts";

/**
 * What the server cannot say itself: nobody answered, the answer did not come in time, what came
 * is no answer of gomcp's.
 */
export type ClientErrorCode = "connection_failed" | "timeout" | "bad_answer";

/** What is known of an error beyond its code and its text. */
export interface GoMCPErrorDetails {
  /** JSON Pointer (RFC 6901) to what is wrong in the arguments or the request. */
  readonly pointer?: string | undefined;
  /** The limit that was hit. */
  readonly limit?: number | undefined;
  /** What the limit is called, where there are several. */
  readonly limitName?: string | undefined;
  /** How much of the limit is used. */
  readonly used?: number | undefined;
  /** How much of the limit is left. */
  readonly remaining?: number | undefined;
  /** When a quota is whole again: a moment of ISO 8601 in UTC. */
  readonly resetsAt?: string | undefined;
  /** After how many milliseconds it is worth trying again. */
  readonly retryAfterMs?: number | undefined;
  /** What the server's log has the error as. */
  readonly incident?: string | undefined;
  /** The status of HTTP, or the number of gRPC's; undefined where no answer came. */
  readonly status?: number | undefined;
  /** What was thrown below. */
  readonly cause?: unknown;
}

/**
 * A call that came to no result. Compare `code`, never `message`. A tool that fails by its own
 * word throws nothing: its result has `isError`.
 *
 * @example
 * ```ts
 * import { GoMCPClient, GoMCPError } from "@gomcp/sdk";
 *
 * const client = new GoMCPClient({ baseUrl: "http://127.0.0.1:9", retries: 0 });
 * const error = await client.callTool("echo", { msg: "hi" }).catch((thrown) => thrown);
 * if (!(error instanceof GoMCPError) || error.code !== "connection_failed") throw error;
 * ```
 */
export class GoMCPError extends Error {
  /** Always `GoMCPError`. */
  override readonly name = "GoMCPError";
  /** What went wrong. */
  readonly code: ErrorCode | ClientErrorCode;
  /** JSON Pointer to what is wrong. */
  readonly pointer: string | undefined;
  /** The limit that was hit. */
  readonly limit: number | undefined;
  /** What the limit is called. */
  readonly limitName: string | undefined;
  /** How much of the limit is used. */
  readonly used: number | undefined;
  /** How much of the limit is left. */
  readonly remaining: number | undefined;
  /** When a quota is whole again. */
  readonly resetsAt: string | undefined;
  /** After how many milliseconds it is worth trying again. */
  readonly retryAfterMs: number | undefined;
  /** What the server's log has the error as. */
  readonly incident: string | undefined;
  /** The status of HTTP, or the number of gRPC's; undefined where no answer came. */
  readonly status: number | undefined;

  /** Makes an error of its code, one sentence for a person, and what else is known. */
  constructor(
    code: ErrorCode | ClientErrorCode,
    detail: string,
    details: GoMCPErrorDetails = {},
  ) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.pointer = details.pointer;
    this.limit = details.limit;
    this.limitName = details.limitName;
    this.used = details.used;
    this.remaining = details.remaining;
    this.resetsAt = details.resetsAt;
    this.retryAfterMs = details.retryAfterMs;
    this.incident = details.incident;
    this.status = details.status;
  }

  /** One sentence for a person, as the server said it. */
  get detail(): string {
    return this.message;
  }
}

/** A problem document (RFC 9457) as an error; of anything else the status is all that is known. */
export function errorOfProblem(problem: unknown, status: number | undefined): GoMCPError {
  if (!isRecord(problem) || typeof problem.code !== "string") {
    const what = status === undefined ? "is no problem document" : `has status ${status}`;
    return badAnswer(`the answer ${what} and is none of gomcp's`, status);
  }
  const detail = typeof problem.detail === "string" ? problem.detail : problem.code;
  return new GoMCPError(problem.code as ErrorCode, detail, {
    ...problem,
    status,
    cause: undefined,
  });
}

/** An answer that is none of gomcp's: mostly a proxy's, or that of another server. */
export function badAnswer(what: string, status?: number, retryAfterMs?: number): GoMCPError {
  return new GoMCPError("bad_answer", `Cannot read answer: ${what}`, { status, retryAfterMs });
}

/** An answer that began and did not come to its end. */
export function brokenOff(): GoMCPError {
  return new GoMCPError("connection_failed", "The answer broke off before its end");
}
