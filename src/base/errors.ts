/** What goes wrong, as data (`Problem`) and as an exception (`GomcpError`). */
import { CODE_TABLE, type ErrorCode } from "./code_table.ts";

/**
 * Why something was refused or failed, in the form that every adapter renders.
 * It never holds a stack, a path of the server, a secret or an argument's value.
 */
export interface Problem {
  /** Which row of the code table it is. */
  readonly code: ErrorCode;
  /** One sentence for a person. */
  readonly detail: string;
  /** JSON Pointer (RFC 6901) into the tool's arguments or the request. */
  readonly pointer?: string;
  /** What the client would have to be able to do, in the form of MCP's client capabilities. */
  readonly requiredCapabilities?: Readonly<Record<string, unknown>>;
  /** The scopes of OAuth that the caller's token would need (RFC 6750 section 3.1). */
  readonly requiredScopes?: readonly string[];
  /** The resource that it is about. */
  readonly uri?: string;
  /** The limit that was hit, in the unit that `detail` names. */
  readonly limit?: number;
  /** What the limit is called, where there are several. */
  readonly limitName?: string;
  /** How much of the limit is used. */
  readonly used?: number;
  /** When a quota is whole again: a moment of ISO 8601 in UTC. */
  readonly resetsAt?: string;
  /** How much of the limit is left. */
  readonly remaining?: number;
  /** After how many milliseconds it is worth trying again. */
  readonly retryAfterMs?: number;
  /** What the server's log has about an `internal` problem. */
  readonly incident?: string;
}

/** An operation that failed. Compare `code`, never `message`. */
export class GomcpError extends Error {
  /** Always `GomcpError`. */
  override readonly name = "GomcpError";
  /** Which row of the code table it is. */
  readonly code: ErrorCode;
  /** The error as data, as clients get it. */
  readonly problem: Problem;

  /** Makes an error of its code, one sentence for a person, and what else is known. */
  constructor(
    code: ErrorCode,
    detail: string,
    options: Omit<Problem, "code" | "detail"> & { readonly cause?: unknown } = {},
  ) {
    const { cause, ...rest } = options;
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.problem = { code, detail, ...rest };
  }
}

/** The members of a problem that clients get as JSON-RPC `error.data` and in REST problem documents. */
export function problemData(problem: Problem): Record<string, unknown> {
  const { detail: _, ...data } = problem;
  return data;
}

/** RFC 9457 problem document; `about:blank` types, since `code` tells them apart. */
export function problemDocument(problem: Problem): Record<string, unknown> {
  const row = CODE_TABLE[problem.code];
  return {
    type: "about:blank",
    title: row.title,
    status: row.http,
    detail: problem.detail,
    ...problemData(problem),
  };
}

/** A readable text of anything that was thrown, `undefined` and hostile objects included. */
export function describeThrown(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.message || thrown.name);
    if (typeof thrown === "string") return thrown;
    return `${typeof thrown} was thrown: ${JSON.stringify(thrown) ?? String(thrown)}`;
  } catch {
    return `${typeof thrown} was thrown`;
  }
}

/** True for an error of ours; whatever else was thrown cannot make the question fail. */
export function isGomcpError(thrown: unknown): thrown is GomcpError {
  try {
    return thrown instanceof GomcpError;
  } catch {
    return false;
  }
}

/** True when the stack was too small for what was done; V8 has no class of its own for that. */
export function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message === "Maximum call stack size exceeded";
}

/** The stack of what was thrown, for the log; undefined when there is none to be had. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error ? String(thrown.stack) : undefined;
  } catch {
    return undefined;
  }
}
