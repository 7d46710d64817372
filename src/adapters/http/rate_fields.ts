/**
 * The header fields RateLimit and RateLimit-Policy, as structured fields (RFC 9651) in the form of
 * draft-ietf-httpapi-ratelimit-headers-11: `"name";q=100;w=1` and `"name";r=99;t=1`.
 */
import type { RateReading } from "../../pipeline/rate.ts";

/**
 * All limits that counted the call, in their order. `q` calls at once are back after `w` seconds
 * at most; `r` would pass now, and one more after `t` seconds, which is what Retry-After says
 * where `r` is 0. Undefined where no limit counted it.
 */
export function rateFields(
  readings: readonly RateReading[] | undefined,
): Record<string, string> | undefined {
  if (readings === undefined || readings.length === 0) return undefined;
  // Names have no character that a string of structured fields would have to escape.
  const policies = readings.map(({ name, quota, windowMs }) =>
    `"${name}";q=${quota};w=${seconds(windowMs)}`
  );
  const limits = readings.map(({ name, remaining, moreInMs }) =>
    `"${name}";r=${remaining};t=${seconds(moreInMs)}`
  );
  return { "ratelimit-policy": policies.join(", "), "ratelimit": limits.join(", ") };
}

/** Whole seconds, never 0: rather a little late than a little early. */
function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
