/** What tenants have that say nothing themselves, as a configuration file has it. */
import { parseDuration } from "../base/duration.ts";
import { GomcpError } from "../base/errors.ts";
import { parseSize } from "../base/size.ts";

/** How fast a tenant may call. */
export interface TenantRateConfig {
  readonly count: number;
  readonly periodMs: number;
}

/** As a file has it; its schema has taken it. */
export interface TenantDefaultsEntry {
  readonly maxToolCalls?: number | undefined;
  readonly maxBytes?: string | undefined;
  readonly period?: "minute" | "hour" | "day" | "month" | undefined;
  readonly maxConcurrent?: number | undefined;
  readonly maxBatchSize?: number | undefined;
  readonly rate?: string | undefined;
  readonly burst?: number | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

/** As the program takes it. */
export interface TenantDefaultsConfig {
  readonly limits: {
    readonly maxToolCalls?: number;
    readonly maxBytes?: number;
    readonly period?: "minute" | "hour" | "day" | "month";
    readonly maxConcurrent?: number;
    readonly maxBatchSize?: number;
    readonly rate?: TenantRateConfig & { readonly burst?: number };
  };
  /** Globs of what those may see that say nothing; undefined for everything. */
  readonly allowed: readonly string[] | undefined;
  /** Globs of what nobody may see. */
  readonly denied: readonly string[];
}

export function readTenantDefaults(
  entry: TenantDefaultsEntry | undefined,
): TenantDefaultsConfig | undefined {
  if (entry === undefined) return undefined;
  const { maxToolCalls, maxBytes, period, maxConcurrent, maxBatchSize, rate, burst } = entry;
  const limits = {
    maxToolCalls,
    maxBytes: maxBytes === undefined ? undefined : parseSize(maxBytes),
    period,
    maxConcurrent,
    maxBatchSize,
    rate: rate === undefined
      ? undefined
      : { ...parseTenantRate(rate, "rate"), ...(burst !== undefined && { burst }) },
  };
  const said = Object.entries(limits).filter(([, each]) => each !== undefined);
  return { limits: Object.fromEntries(said), allowed: entry.allow, denied: entry.deny ?? [] };
}

/** Reads "100/s" or "20/m". @throws {GomcpError} `invalid_request` for another text. */
export function parseTenantRate(text: string, where: string): TenantRateConfig {
  const [, count = "", period = ""] = /^(\d{1,9})\/(\w+)$/.exec(text) ?? [];
  let periodMs = 0;
  try {
    periodMs = parseDuration(/^[a-z]+$/.test(period) ? `1${period}` : period);
  } catch {
    // Told below, together with what is out of range.
  }
  const isCount = Number(count) >= 1 && Number(count) <= 1_000_000;
  if (isCount && periodMs >= 1 && periodMs <= 86_400_000) return { count: Number(count), periodMs };
  const expected = "COUNT/PERIOD such as 100/s or 20/m, up to 1000000 and a day";
  const message = `Cannot read ${where}: it is "${text}", expected ${expected}`;
  throw new GomcpError("invalid_request", message);
}
