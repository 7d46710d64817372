/** The limits of tenants, made ready for calls to be checked by. */
import { CURRENT_WINDOWS, type CurrentWindow } from "./quota_window.ts";
import { Shared } from "./shared.ts";
import type { QuotaPeriod, TenantLimits } from "./tenant.ts";

/** A tenant's limits, made ready. Tenants of the same limits share one. */
export interface QuotaPlan {
  /** False when nothing is counted. */
  readonly metered: boolean;
  readonly countsCalls: boolean;
  readonly countsBytes: boolean;
  readonly countsRunning: boolean;
  /** Infinity where there is no limit; so are the next two. */
  readonly maxCalls: number;
  readonly maxBytes: number;
  readonly maxConcurrent: number;
  readonly period: QuotaPeriod;
  /** Tells the period of now. */
  readonly windows: CurrentWindow;
  readonly maxBatch: number;
  /** How far apart calls are at the tenant's rate, in milliseconds; 0 for no rate. */
  readonly intervalMs: number;
  /** How far ahead of its rate it may be. */
  readonly toleranceMs: number;
  /** Calls that may come at once. */
  readonly burst: number;
  readonly rate: string;
}

const PLANS = new Shared<QuotaPlan>();

export function planOf(limits: TenantLimits): QuotaPlan {
  return PLANS.get(JSON.stringify(limits), () => {
    const { maxToolCalls, maxBytes, maxConcurrent, period = "day", rate } = limits;
    const { count = 0, periodMs = 1_000, burst = count } = rate ?? {};
    const intervalMs = rate === undefined ? 0 : periodMs / count;
    return {
      metered: maxToolCalls !== undefined || maxBytes !== undefined || maxConcurrent !== undefined,
      countsCalls: maxToolCalls !== undefined,
      countsBytes: maxBytes !== undefined,
      countsRunning: maxConcurrent !== undefined,
      maxCalls: maxToolCalls ?? Infinity,
      maxBytes: maxBytes ?? Infinity,
      maxConcurrent: maxConcurrent ?? Infinity,
      maxBatch: limits.maxBatchSize ?? Infinity,
      period,
      windows: CURRENT_WINDOWS[period],
      intervalMs,
      toleranceMs: intervalMs * (burst - 1),
      burst,
      rate: `${count} per ${periodMs} ms, ${burst} at once`,
    };
  });
}
