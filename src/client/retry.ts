/** When a request is made again, and after how long: only where the tool cannot run twice by it. */
import type { GoMCPError } from "./errors.ts";

/** Waits are drawn from 0 up to this, doubled with each try. */
const FIRST_WAIT_MS = 100;
/** The longest wait of our own; a server that wants a longer one is not waited for. */
export const WAIT_MS_MAX = 10_000;

/** The server said no before any tool ran. */
const REFUSED_BEFORE = new Set([
  "rate_limited",
  "quota_exceeded",
  "overloaded",
  "audit_unavailable",
]);
/** Nobody knows whether the tool ran. */
const UNKNOWN_END = new Set(["connection_failed", "bad_answer", "worker_lost", "upstream_failed"]);
/** A proxy's word for a server that does not answer. */
const GATEWAY_STATUS = new Set([429, 502, 503, 504]);

/**
 * Whether a request that ended so may be made again. What was refused before it ran may always
 * be, and so may what never left this machine; what may have run, only where twice does no harm.
 */
export function mayRetry(error: GoMCPError, repeatable: boolean): boolean {
  if ((error.retryAfterMs ?? 0) > WAIT_MS_MAX) return false;
  // A server that knows no time to come back has none that is worth waiting for.
  if (error.code === "quota_exceeded") return error.retryAfterMs !== undefined;
  if (REFUSED_BEFORE.has(error.code) || neverArrived(error)) return true;
  if (!repeatable || !UNKNOWN_END.has(error.code)) return false;
  return error.code !== "bad_answer" || GATEWAY_STATUS.has(error.status ?? 0);
}

/**
 * Full jitter: anything between nothing and twice as long as before, so that clients that failed
 * together do not come back together (M. Brooker, "Exponential Backoff And Jitter", 2015). What
 * the server asks for comes on top.
 */
export function waitMs(error: GoMCPError, tries: number, random: () => number): number {
  const ceiling = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** tries);
  return (error.retryAfterMs ?? 0) + random() * ceiling;
}

/** Codes of Node and Bun for connections that were not made. */
const UNCONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ConnectionRefused|FailedToOpenSocket)$/;
/** What Deno's fetch says of them, and grpc-js. */
const UNCONNECTED_TEXT =
  /tcp connect error|dns error|connection refused|No connection established|Name resolution failed/i;

/** True where it is known that nothing was sent. Browsers do not say; then it is false. */
function neverArrived({ code, cause }: GoMCPError): boolean {
  if (code !== "connection_failed") return false;
  for (let at = cause, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const known = (at as { readonly code?: unknown }).code;
    if (typeof known === "string" && UNCONNECTED.test(known)) return true;
    if (UNCONNECTED_TEXT.test(at.message)) return true;
  }
  return false;
}
