/** Problems as gRPC ends calls: a status by the code table, and details that programs can read. */
import { Metadata, type ServiceError, status as Status, type StatusObject } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { CODE_TABLE } from "../../base/code_table.ts";
import { type Problem, problemData } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import { gomcp, google } from "../../protocol/gen/gomcp_v1.js";

const DOMAIN = "gomcp";
/** By which name a client finds its class for the bytes. */
const TYPE_URL = "type.googleapis.com/";
/** What is up to a caller's limits, by whatever name. */
const QUOTAS: ReadonlySet<string> = new Set(["rate_limited", "quota_exceeded", "too_large"]);

interface Any {
  readonly type_url: string;
  readonly value: Uint8Array;
}

/** The number of a problem's status. */
export function statusOf(problem: Problem): number {
  return Status[CODE_TABLE[problem.code].grpc];
}

/** The end of a call that was refused or failed, in the form that grpc-js takes. */
export function statusObject(problem: Problem): StatusObject {
  const code = statusOf(problem);
  const details = clip(problem.detail, LIMITS.grpcDetailCharsMax);
  const metadata = new Metadata();
  const bytes = google.rpc.Status.encode({ code, message: details, details: detailsOf(problem) })
    .finish();
  metadata.set("grpc-status-details-bin", Buffer.from(bytes));
  return { code, details, metadata };
}

/** The same where an error is expected: grpc-js takes any object with these members. */
export function serviceError(problem: Problem): Partial<ServiceError> {
  return statusObject(problem);
}

/** A problem as a message. */
export function problemMessage(problem: Problem): gomcp.v1.ProblemInit {
  const { code, detail, pointer, limit, limitName, used, remaining } = problem;
  const { retryAfterMs, resetsAt, incident } = problem;
  return {
    code,
    detail: clip(detail, LIMITS.grpcDetailCharsMax),
    pointer: shownPointer(pointer),
    limit,
    limitName,
    used,
    remaining,
    retryAfterMs,
    resetsAt,
    incident,
    status: statusOf(problem),
  };
}

function detailsOf(problem: Problem): google.protobuf.AnyInit[] {
  const { code, pointer, limitName, retryAfterMs } = problem;
  const { rpc } = google;
  const description = clip(problem.detail, LIMITS.grpcDetailCharsMax);
  const field = shownPointer(pointer);
  const all: Any[] = [any("google.rpc.ErrorInfo", rpc.ErrorInfo.encode(errorInfo(problem)))];
  if (retryAfterMs !== undefined) {
    all.push(
      any("google.rpc.RetryInfo", rpc.RetryInfo.encode({ retryDelay: duration(retryAfterMs) })),
    );
  }
  if (field !== undefined) {
    const violation = { fieldViolations: [{ field, description }] };
    all.push(any("google.rpc.BadRequest", rpc.BadRequest.encode(violation)));
  }
  if (QUOTAS.has(code)) {
    const violation = { violations: [{ subject: limitName ?? code, description }] };
    all.push(any("google.rpc.QuotaFailure", rpc.QuotaFailure.encode(violation)));
  }
  all.push(any("gomcp.v1.Problem", gomcp.v1.Problem.encode(problemMessage(problem))));
  return all;
}

function errorInfo(problem: Problem): google.rpc.ErrorInfoInit {
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(problemData(problem))) {
    const isPlain = typeof value === "string" || typeof value === "number";
    if (isPlain && key !== "code" && key !== "pointer") metadata[key] = String(value);
  }
  return { reason: problem.code.toUpperCase(), domain: DOMAIN, metadata };
}

/** Half a pointer would point to something else. */
function shownPointer(pointer: string | undefined): string | undefined {
  return (pointer?.length ?? 0) > LIMITS.grpcDetailCharsMax ? undefined : pointer;
}

function duration(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000_000) };
}

function any(name: string, written: { finish(): Uint8Array }): google.protobuf.AnyInit & Any {
  const value = written.finish();
  return { type_url: TYPE_URL + name, value };
}
