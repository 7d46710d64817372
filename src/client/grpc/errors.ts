/** How calls of gRPC end that come to no result, as the SDK's errors. */
import type { ErrorCode } from "../../base/code_table.ts";
import { gomcp, google } from "../../protocol/gen/gomcp_v1.js";
import { badAnswer, type ClientErrorCode, GoMCPError } from "../errors.ts";

/** What grpc-js says of a call's end. */
export interface CallEnd {
  /** The number of its status. */
  readonly code: number;
  readonly details: string;
  /** What came as `grpc-status-details-bin`, if something did. */
  readonly statusDetails: Uint8Array | undefined;
}

const PROBLEM = "gomcp.v1.Problem";
/** Statuses that grpc-js and proxies give by themselves; gomcp's own have a problem with them. */
const OTHERS: Readonly<Record<number, ErrorCode | ClientErrorCode>> = {
  1: "connection_failed", // CANCELLED, and not by us
  4: "timeout",
  7: "forbidden",
  14: "connection_failed",
  16: "unauthenticated",
};
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;

/** The server's problem, or what the status alone says. */
export function errorOfEnd(end: CallEnd, cause: unknown): GoMCPError {
  const { code, details, statusDetails } = end;
  const problem = statusDetails && problemIn(statusDetails);
  if (problem !== undefined) return errorOfMessage(problem);
  const known = { status: code, cause };
  if (code === RESOURCE_EXHAUSTED && details.includes("larger than max")) {
    return new GoMCPError("too_large", `Cannot send request: ${details}`, known);
  }
  // HTTP/2's word for a stream that was cut.
  const isCut = code === INTERNAL && details.includes("RST_STREAM");
  const other = isCut ? "connection_failed" : OTHERS[code];
  if (other === undefined) return badAnswer(`status ${code} is none of gomcp's`, code);
  const what = other === "connection_failed" ? `Cannot reach server: ${details}` : details;
  return new GoMCPError(other, what, known);
}

function problemIn(bytes: Uint8Array): gomcp.v1.Problem | undefined {
  try {
    const { details } = google.rpc.Status.decode(bytes);
    const any = details.find(({ type_url }) => type_url.endsWith(`/${PROBLEM}`));
    return any && gomcp.v1.Problem.decode(any.value);
  } catch {
    return undefined; // another server's
  }
}

/** A problem as the proto has it: what is not known is null or empty there. */
export function errorOfMessage(problem: gomcp.v1.Problem): GoMCPError {
  const { code, detail, pointer, limit, limitName, used, remaining } = problem;
  return new GoMCPError(code as ErrorCode, detail, {
    pointer: pointer || undefined,
    limit: limit ?? undefined,
    limitName: limitName || undefined,
    used: used ?? undefined,
    remaining: remaining ?? undefined,
    resetsAt: problem.resetsAt || undefined,
    retryAfterMs: problem.retryAfterMs ?? undefined,
    incident: problem.incident || undefined,
    status: problem.status,
  });
}
