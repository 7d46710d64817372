/** What a tenant has used, as people are told. */
import type { Clock } from "../base/clock.ts";
import { counterOf, windowAt } from "./quota_window.ts";
import type { StateStore } from "./state_store.ts";
import type { QuotaPeriod, Tenant } from "./tenant.ts";

/** How much of one quota is used. */
export interface Used {
  /** Undefined where there is none. */
  readonly limit: number | undefined;
  /** What was used; what other processes hold and have not used counts as used. */
  readonly used: number;
  /** Undefined where there is no limit. */
  readonly remaining: number | undefined;
}

/** What a tenant has used. */
export interface TenantUsage {
  /** What calls and bytes are counted by. */
  readonly period: QuotaPeriod;
  /** When the period ends: a moment of ISO 8601 in UTC. */
  readonly resetsAt: string;
  /** Calls that reached a tool. Counted only where there is a limit. */
  readonly calls: Used;
  /** Bytes of arguments and results. Counted only where there is a limit. */
  readonly bytes: Used;
  /** Calls that run. Counted only where there is a limit. */
  readonly concurrent: Used;
}

/** Reads it from the store; `heldCalls` are those that this process has taken and not used. */
export async function readUsage(
  tenant: Tenant,
  store: StateStore,
  clock: Clock,
  heldCalls: () => Promise<number>,
): Promise<TenantUsage> {
  const { id, limits } = tenant;
  const { period = "day" } = limits;
  const nowMs = clock.wall();
  const window = windowAt(period, nowMs);
  const [calls, bytes, running, held] = await Promise.all([
    store.readCounter(counterOf(tenant, "calls", window)),
    store.readCounter(counterOf(tenant, "bytes", window)),
    store.readSlots(id, nowMs),
    heldCalls(),
  ]);
  return {
    period,
    resetsAt: new Date(window.endsMs).toISOString(),
    calls: used(limits.maxToolCalls, calls - held),
    bytes: used(limits.maxBytes, bytes),
    concurrent: used(limits.maxConcurrent, running),
  };
}

function used(limit: number | undefined, count: number): Used {
  const remaining = limit === undefined ? undefined : Math.max(0, limit - count);
  return { limit, used: Math.max(0, count), remaining };
}
