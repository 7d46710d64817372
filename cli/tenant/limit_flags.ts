/** The flags of a tenant's limits and rules, and what they come to. */
import { parseDuration } from "../../src/base/duration.ts";
import { GomcpError } from "../../src/base/errors.ts";
import { parseSize } from "../../src/base/size.ts";
import type { Flag } from "../../src/config/flags.ts";
import type { QuotaPeriod, TenantChange, TenantRate } from "../../src/runtime/tenants.ts";
import type { TenantArgs } from "./args.ts";

export const LIMIT_FLAGS: readonly Flag[] = [
  { name: "max-tool-calls", kind: "text", value: "N", help: "calls of tools per period" },
  { name: "max-bytes", kind: "text", value: "SIZE", help: "arguments and results per period" },
  {
    name: "period",
    kind: "text",
    value: "PERIOD",
    help: "minute, hour, day or month of UTC [day]",
  },
  { name: "max-concurrent", kind: "text", value: "N", help: "calls that run at once" },
  { name: "max-batch-size", kind: "text", value: "N", help: "calls of one batch" },
  { name: "rate", kind: "text", value: "RATE", help: "how fast, such as 100/s or 20/m" },
  { name: "burst", kind: "text", value: "N", help: "calls at once after a pause [as --rate]" },
  {
    name: "allow",
    kind: "list",
    value: "GLOBS",
    help: "what may be seen, such as read_*,list_dir [everything]",
  },
  { name: "deny", kind: "list", value: "GLOBS", help: "what may not be seen; wins" },
];

export type LimitChange = NonNullable<TenantChange["limits"]>;

const NONE = "none";

/** What was said of the limits; "none" takes one away. */
export function readLimits(told: TenantArgs): LimitChange {
  const number = (flag: string) => readNumber(flag, told.text(flag));
  const period = told.text("period") as QuotaPeriod | undefined;
  const limits = {
    maxToolCalls: number("max-tool-calls"),
    maxBytes: readBytes(told.text("max-bytes")),
    period,
    maxConcurrent: number("max-concurrent"),
    maxBatchSize: number("max-batch-size"),
    rate: readRate(told.text("rate"), told.text("burst")),
  };
  return Object.fromEntries(Object.entries(limits).filter(([, each]) => each !== undefined));
}

function readNumber(flag: string, text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === NONE) return null;
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw bad(flag, text, "a whole number of at least 1, or none");
}

function readBytes(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === NONE) return null;
  try {
    return parseSize(text);
  } catch {
    throw bad("max-bytes", text, "a size such as 64KiB or 4GB, or none");
  }
}

function readRate(
  text: string | undefined,
  burst: string | undefined,
): TenantRate | null | undefined {
  if (text === undefined) {
    if (burst === undefined) return undefined;
    throw bad("burst", burst, "--rate beside it");
  }
  if (text === NONE) {
    if (burst !== undefined) throw bad("burst", burst, "no burst of a rate that is none");
    return null;
  }
  const [, count = "", period = ""] = /^(\d{1,9})\/(\w+)$/.exec(text) ?? [];
  let periodMs: number;
  try {
    periodMs = parseDuration(/^[a-z]+$/.test(period) ? `1${period}` : period);
  } catch {
    throw bad("rate", text, "COUNT/PERIOD such as 100/s or 20/m, or none");
  }
  const most = readNumber("burst", burst);
  return { count: Number(count), periodMs, ...(typeof most === "number" && { burst: most }) };
}

function bad(flag: string, text: string, expected: string): GomcpError {
  const message = `Cannot read --${flag}: it is "${text}", expected ${expected}`;
  return new GomcpError("invalid_request", message);
}
