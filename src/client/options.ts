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
