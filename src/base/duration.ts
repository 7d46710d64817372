/** Durations as people write them ("500ms", "30s", "1h30m") and as the core takes them (milliseconds). */
import { GomcpError } from "./errors.ts";
import { kindOf } from "./json.ts";
import { LIMITS } from "./limits.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const LARGEST_FIRST = Object.entries(UNIT_MS).reverse();

const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Reads a duration such as "500ms", "30s", "1h30m" or "0.5s"; 0 or more milliseconds, rounded.
 *
 * @throws {GomcpError} `invalid_request` when the text is no duration.
 */
export function parseDuration(text: string): number {
  if (!DURATION.test(text)) {
    throw new GomcpError(
      "invalid_request",
      `Cannot read duration "${text}", expected a number with a unit, such as "500ms", "30s" or "1h30m"`,
    );
  }
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * UNIT_MS[unit!]!;
  return Math.round(ms);
}

/** Writes milliseconds in the largest units that are exact: 90000 → "1m30s". */
export function formatDuration(ms: number): string {
  if (ms < 1_000 || !Number.isInteger(ms)) return `${ms}ms`;
  let rest = ms;
  let text = "";
  for (const [unit, unitMs] of LARGEST_FIRST) {
    if (rest < unitMs) continue;
    const count = Math.floor(rest / unitMs);
    text += `${count}${unit}`;
    rest -= count * unitMs;
    if (rest === 0) break;
  }
  return text;
}

/**
 * Reads a time that an author gave, such as "500ms"; undefined stays undefined. `what` names it.
 *
 * @throws {GomcpError} `invalid_request` for what is no duration from 1 ms to 24 h.
 */
export function readTimeout(time: string | undefined, what = "timeout"): number | undefined {
  if (time === undefined) return undefined;
  if (typeof time !== "string") {
    const text = `its ${what} is ${kindOf(time)}, expected "30s"`;
    throw new GomcpError("invalid_request", text);
  }
  const ms = parseDuration(time);
  if (ms >= 1 && ms <= LIMITS.timeoutMsMax) return ms;
  throw new GomcpError("invalid_request", `its ${what} "${time}" is not in 1ms to 24h`);
}
