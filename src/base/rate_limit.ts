/** A rate limit as data: what it says, what it says by default, and which ones are refused. */
import { GomcpError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

/**
 * What callers are told apart by: the tenant; the client by the name that it gives itself, which
 * is no proof; the tool, prompt or resource that is called; the network address, of IPv6 the
 * first 64 bits.
 */
export type RateKey = "tenant" | "client" | "tool" | "address";

/**
 * What is counted: calls of a tool, reads of a resource, prompts, completions, lists of these, or
 * failed logins.
 */
export type RateOperation = "tool" | "resource" | "prompt" | "completion" | "list" | "login";

/** All of them. */
export const RATE_KEYS: readonly RateKey[] = ["tenant", "client", "tool", "address"];

/** All of them. */
export const RATE_OPERATIONS: readonly RateOperation[] = [
  "tool",
  "resource",
  "prompt",
  "completion",
  "list",
  "login",
];

/** How fast callers may go. */
export interface RateLimit {
  /** What it is called in refusals and headers: 1 to 64 of letters, digits, "-", "_" and ".". */
  readonly name: string;
  /** Calls per period, 1 to 1,000,000; at most 1,000,000 a second. */
  readonly count: number;
  /** 1 to 86,400,000 ms, a day. @default 1_000 */
  readonly periodMs?: number;
  /** Calls that may come at once after a pause, 1 to 1,000,000. @default `count` */
  readonly burst?: number;
  /** Each combination of these has the limit for itself. @default none: all callers share one */
  readonly per?: readonly RateKey[];
  /** What is counted. @default everything but failed logins */
  readonly operations?: readonly RateOperation[];
  /**
   * Counts calls of these tools only: names, in which "*" stands for any characters and "?" for
   * one. Stands in the place of `operations`. @default all tools
   */
  readonly tools?: readonly string[];
}

/** A rate limit with its defaults filled in. */
export interface RateSettings extends RateLimit {
  readonly periodMs: number;
  readonly burst: number;
  readonly per: readonly RateKey[];
  readonly operations: readonly RateOperation[];
}

const NAME = /^[A-Za-z0-9._-]+$/;
const NS_PER_MS = 1_000_000;

/**
 * Fills in the defaults.
 *
 * @throws {GomcpError} `invalid_request` for what is out of range, two of one name, or too many.
 */
export function checkRateLimits(limits: readonly RateLimit[]): RateSettings[] {
  const fault = rateLimitsFault(limits);
  if (fault !== undefined) throw refusal(`Cannot use rate limits: ${fault}`);
  return limits.map((limit) => {
    const wrong = rateLimitFault(limit);
    if (wrong !== undefined) throw refusal(`Cannot use rate limit "${limit.name}": ${wrong}`);
    return settingsOf(limit);
  });
}

/** What is wrong with several rate limits together; undefined for good ones. */
export function rateLimitsFault(limits: readonly RateLimit[]): string | undefined {
  if (limits.length > LIMITS.rateLimitsMax) {
    return `there are ${limits.length}, expected at most ${LIMITS.rateLimitsMax}`;
  }
  const names = limits.map(({ name }) => name);
  const name = names.find((each, at) => names.indexOf(each) !== at);
  return name === undefined ? undefined : `two are named "${name}", expected a name for each`;
}

/** What is wrong with a rate limit, and what was expected; undefined for a good one. */
export function rateLimitFault(limit: RateLimit): string | undefined {
  const { name, count, periodMs, burst, per, operations, tools } = settingsOf(limit);
  if (!NAME.test(name) || name.length > LIMITS.rateNameCharsMax) {
    return `its name is "${name.slice(0, LIMITS.rateNameCharsMax)}", expected 1 to ` +
      `${LIMITS.rateNameCharsMax} letters, digits, "-", "_" or "."`;
  }
  return outside("count", count, LIMITS.rateCountMax) ??
    outside("period in milliseconds", periodMs, LIMITS.ratePeriodMsMax) ??
    outside("burst", burst, LIMITS.rateCountMax) ??
    speedFault(count, periodMs, burst) ??
    unknown("key", per, RATE_KEYS, 0) ??
    unknown("operation", operations, RATE_OPERATIONS, 1) ??
    toolsFault(tools, limit.operations);
}

function settingsOf(limit: RateLimit): RateSettings {
  const { count, periodMs = 1_000, burst = count, per = [], tools } = limit;
  const operations = limit.operations ??
    (tools === undefined ? RATE_OPERATIONS.filter((each) => each !== "login") : ["tool"]);
  return { ...limit, periodMs, burst, per, operations };
}

function speedFault(count: number, periodMs: number, burst: number): string | undefined {
  const { ratePerSecMax, rateFillMsMax } = LIMITS;
  if ((count * 1_000) / periodMs > ratePerSecMax) {
    return `its rate is ${count} per ${periodMs} ms, expected at most ${ratePerSecMax} a second`;
  }
  const fillMs = (intervalNs(count, periodMs) * burst) / NS_PER_MS;
  if (fillMs <= rateFillMsMax) return undefined;
  const days = Math.ceil(fillMs / 86_400_000);
  return `its burst of ${burst} needs ${days} days to come back at this rate, expected at most ` +
    `${rateFillMsMax / 86_400_000} days`;
}

/**
 * The emission interval of a rate in whole nanoseconds, rounded up: the limit may come out a
 * billionth too strict, never too generous.
 */
export function intervalNs(count: number, periodMs: number): number {
  return Math.ceil((periodMs * NS_PER_MS) / count);
}

function outside(what: string, value: number, max: number): string | undefined {
  if (Number.isInteger(value) && value >= 1 && value <= max) return undefined;
  return `its ${what} is ${value}, expected a whole number from 1 to ${max}`;
}

function unknown(
  what: string,
  values: readonly string[],
  known: readonly string[],
  min: number,
): string | undefined {
  const wrong = values.find((value, at) => !known.includes(value) || values.indexOf(value) !== at);
  if (wrong === undefined && values.length >= min) return undefined;
  const said = wrong === undefined ? `it has no ${what}` : `its ${what} is "${wrong}"`;
  return `${said}, expected some of ${known.join(", ")}, each once`;
}

function toolsFault(
  tools: readonly string[] | undefined,
  operations: readonly RateOperation[] | undefined,
): string | undefined {
  if (tools === undefined) return undefined;
  if (operations !== undefined) {
    return "it names both tools and operations, expected one of them: tools are of calls only";
  }
  if (tools.length < 1 || tools.length > LIMITS.rateGlobsMax) {
    return `it names ${tools.length} tools, expected 1 to ${LIMITS.rateGlobsMax}`;
  }
  const wrong = tools.find((glob) => glob === "" || glob.length > LIMITS.globCharsMax);
  if (wrong === undefined) return undefined;
  return `it names a tool by ${wrong.length} characters, expected 1 to ${LIMITS.globCharsMax}`;
}

function refusal(text: string): GomcpError {
  return new GomcpError("invalid_request", text);
}
