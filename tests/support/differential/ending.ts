/** How a call ended, in the same words whatever it came in by. */

/** What every adapter must say of a call. */
export interface Ending {
  /** "ok", "tool_error", or the code of a problem; "gone" for one that its caller left. */
  readonly code: string;
  readonly result?: unknown;
  /** What a problem says: its detail, pointer, and the data of limits. */
  readonly problem?: Readonly<Record<string, unknown>>;
}

export const GONE: Ending = { code: "gone" };

/** A result, which may be one that the tool failed with. */
export function ended(result: { readonly isError?: boolean }): Ending {
  const { isError = false, ...rest } = result;
  return { code: isError ? "tool_error" : "ok", result: rest };
}

/** A problem as whatever document has it; times to come back differ by what the clock has gone on. */
export function refused(document: Readonly<Record<string, unknown>>): Ending {
  const { code, detail, pointer, limit, limitName, used, remaining } = document;
  const known = { detail, pointer, limit, limitName, used, remaining };
  const problem = Object.fromEntries(
    Object.entries(known).filter(([, value]) =>
      value !== undefined && value !== null && value !== ""
    ),
  );
  const comesBack = document.retryAfterMs !== undefined && document.retryAfterMs !== null;
  return {
    code: code as string,
    problem: { ...problem, comesBack, resets: Boolean(document.resetsAt) },
  };
}
