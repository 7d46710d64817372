/** A rate limit as people write it: `search=100/s,burst=200,per=tenant+client,tools=find_*`. */
import { parseDuration } from "../base/duration.ts";
import { GomcpError } from "../base/errors.ts";
import { RATE_KEYS, RATE_OPERATIONS, type RateLimit, rateLimitFault } from "../base/rate_limit.ts";

const FORM = "NAME=COUNT/PERIOD[,burst=N][,per=KEY+…][,on=OPERATION+…][,tools=GLOB+…]";
const PARTS = ["burst", "per", "on", "tools"] as const;
type Part = typeof PARTS[number];

/** Says what is wrong with the text and what was expected. */
type Complain = (what: string, expected: string) => GomcpError;

/**
 * Reads a name, a rate such as "100/s", "20/1m30s" or "5000/d", and what else is said of it: how
 * many calls may come at once; `tenant`, `client`, `tool`, `address` that have the limit each for
 * itself; what is counted (`tool`, `resource`, `prompt`, `completion`, `list`, `login`), or which
 * tools by "*" and "?". `where` is what the text came from, for messages.
 *
 * @throws {GomcpError} `invalid_request` naming the part that is wrong, and what it takes.
 */
export function parseRateLimit(text: string, where = "--rate-limit"): RateLimit {
  const complain: Complain = (what, expected) =>
    new GomcpError(
      "invalid_request",
      `Cannot read ${where} "${text}": ${what}, expected ${expected}`,
    );
  const [rate = "", ...rest] = text.split(",").map((part) => part.trim());
  const parts = readParts(rest, complain);
  const limit: RateLimit = {
    ...readRate(rate, complain),
    ...(parts.burst !== undefined && { burst: readCount("burst", parts.burst, complain) }),
    ...(parts.per !== undefined &&
      { per: readList("per", parts.per, RATE_KEYS, complain) }),
    ...(parts.on !== undefined && {
      operations: readList("on", parts.on, RATE_OPERATIONS, complain),
    }),
    ...(parts.tools !== undefined && { tools: parts.tools.split("+") }),
  };
  const fault = rateLimitFault(limit);
  if (fault === undefined) return limit;
  throw new GomcpError("invalid_request", `Cannot read ${where} "${text}": ${fault}`);
}

function readRate(
  text: string,
  complain: Complain,
): Pick<RateLimit, "name" | "count" | "periodMs"> {
  const [name = "", rate] = text.split("=", 2);
  if (rate === undefined || text.split("=").length > 2) {
    throw complain(`it begins with "${text}"`, FORM);
  }
  const [count = "", period, more] = rate.split("/");
  if (period === undefined || more !== undefined) {
    throw complain(`its rate is "${rate}"`, "COUNT/PERIOD such as 100/s, 20/m or 5/1m30s");
  }
  return {
    name,
    count: readCount("count", count, complain),
    periodMs: readPeriod(period, complain),
  };
}

/** "s" is short for "1s". */
function readPeriod(text: string, complain: Complain): number {
  try {
    return parseDuration(/^[a-z]+$/.test(text) ? `1${text}` : text);
  } catch {
    throw complain(`its period is "${text}"`, "ms, s, m, h, d or a time such as 10s or 1m30s");
  }
}

function readCount(what: string, text: string, complain: Complain): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw complain(`its ${what} is "${text}"`, "a whole number");
}

function readParts(texts: readonly string[], complain: Complain): Partial<Record<Part, string>> {
  const parts: Partial<Record<Part, string>> = {};
  for (const text of texts) {
    const [name, value] = text.split(/=(.*)/s, 2);
    const part = PARTS.find((known) => known === name);
    if (part === undefined || value === undefined) {
      throw complain(`it has the part "${text}"`, PARTS.map((known) => `${known}=`).join(", "));
    }
    if (parts[part] !== undefined) throw complain(`"${part}" stands twice`, "it once");
    parts[part] = value;
  }
  return parts;
}

function readList<T extends string>(
  part: Part,
  text: string,
  known: readonly T[],
  complain: Complain,
): T[] {
  return text.split("+").map((word) => {
    const found = known.find((each) => each === word);
    if (found !== undefined) return found;
    throw complain(`its ${part} has "${word}"`, `some of ${known.join("+")}`);
  });
}
