/** The options that all clients and requests have, checked. */
import { GoMCPError } from "./errors.ts";

/** What holds where nothing else is said. */
export const DEFAULTS = { timeoutMs: 60_000, retries: 2 } as const;
const RETRIES_MAX = 10;
/** The longest that timers of all platforms can wait is 24 days; ours is that of a server's call. */
const TIMEOUT_MS_MAX = 24 * 3_600_000;

/** @throws {GoMCPError} `invalid_request` for what is no time to wait. */
export function checkTimeout(ms: number): number {
  if (ms > 0 && ms <= TIMEOUT_MS_MAX) return ms;
  throw new GoMCPError(
    "invalid_request",
    `Cannot make request: its timeoutMs is ${ms}, expected a number from 1 to ${TIMEOUT_MS_MAX}`,
  );
}

/** @throws {GoMCPError} `invalid_request` for what is no number of tries. */
export function checkRetries(retries: number): number {
  if (Number.isInteger(retries) && retries >= 0 && retries <= RETRIES_MAX) return retries;
  throw badOption(`retries is ${retries}, expected an integer from 0 to ${RETRIES_MAX}`);
}

/** An option of a client that is out of its range. */
export function badOption(what: string): GoMCPError {
  return new GoMCPError("invalid_request", `Cannot make client: its ${what}`);
}

/**
 * What a client sends with each request. `accept` throws for a name or value that cannot be sent.
 *
 * @throws {GoMCPError} `invalid_request` naming the header, without its value, which may be secret.
 */
export function readHeaders(
  apiKey: string | undefined,
  headers: Readonly<Record<string, string>> | undefined,
  accept: (name: string, value: string) => void,
): Readonly<Record<string, string>> {
  const all = { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...headers };
  for (const [name, value] of Object.entries(all)) {
    try {
      accept(name, value);
    } catch {
      const what = name === "authorization" ? "apiKey" : `header ${JSON.stringify(name)}`;
      throw badOption(`${what} cannot be sent, expected what fits into a header`);
    }
  }
  return all;
}

/** A value as JSON text. @throws {GoMCPError} `invalid_request` for one that JSON has no words for. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    const text = "Cannot make request: its arguments cannot be written as JSON";
    throw new GoMCPError("invalid_request", text, { cause });
  }
}
