/** What one process knows of a tenant and has for it: small, since there may be a million. */
import { LIMITS } from "../base/limits.ts";
import type { VisibleNames } from "../pipeline/access.ts";
import { compileRule, type RuleParts, ruleText } from "./name_rule.ts";
import { CURRENT_WINDOWS, type CurrentWindow } from "./quota_window.ts";
import type { QuotaPeriod, Tenant, TenantLimits } from "./tenant.ts";

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
  readonly rate: string;
}

/** A tenant's rule, made ready. Tenants of the same rule share one. */
export interface TenantRule extends Omit<RuleParts, "scopes">, VisibleNames {}

/** Not stored at a tenant: what is of all tenants with the same words. */
class Shared<T> {
  readonly #byText = new Map<string, T>();

  get(text: string, make: () => T): T {
    let value = this.#byText.get(text);
    if (value === undefined) {
      // Whoever comes later does without the sharing; nothing else is lost.
      if (this.#byText.size >= LIMITS.accessesMax) this.#byText.clear();
      value = make();
      this.#byText.set(text, value);
    }
    return value;
  }
}

const PLANS = new Shared<QuotaPlan>();
const RULES = new Shared<TenantRule>();

/**
 * The order of the fields is that of a call's looks at them: with a million tenants each new line of
 * memory is a miss of the cache, a tenth of a microsecond.
 */
export class TenantState {
  plan: QuotaPlan;
  /** The tenant does not exist (any more). */
  gone: boolean;
  /** The number of the period that `calls` and `bytes` are of. */
  window = -1;
  /** Calls that this process may let through without asking. */
  calls = 0;
  /** With fewer than these in hand the next are asked for, before somebody has to wait for them. */
  low = 0;
  /** Used since the last look. */
  touched = false;
  /** Bytes, as `calls`; below 0 where results were larger than what was left. */
  bytes = 0;
  /** Calls that run here. */
  running = 0;
  /** Calls that may run here. */
  slots = 0;
  /** Until when, in milliseconds since 1970: from then on others may have them. */
  slotsUntilMs = 0;
  /** Calls that the next lease is of, if its quota allows; a lease of bytes grows with it. */
  lease = 1;
  readonly id: string;
  rule: TenantRule;
  suspended: boolean;
  /** When the next call would come at the tenant's rate (theoretical arrival time). */
  tatMs = 0;

  constructor(id: string, tenant: Tenant | undefined, exists: boolean) {
    this.plan = planOf(tenant?.limits ?? {});
    this.gone = !exists;
    this.id = id;
    this.rule = ruleOf(tenant);
    this.suspended = tenant?.suspended === true;
  }

  /** Takes over what an operator has changed; what is held stays. */
  apply(tenant: Tenant | undefined, exists: boolean): void {
    this.plan = planOf(tenant?.limits ?? {});
    this.rule = ruleOf(tenant);
    this.suspended = tenant?.suspended === true;
    this.gone = !exists;
    if (exists) return;
    // Its counters are gone: nothing may be given back to those of a later tenant of this id.
    this.window = -1;
    this.calls = 0;
    this.low = 0;
    this.bytes = 0;
  }

  get countsBytes(): boolean {
    return this.plan.countsBytes;
  }

  /** True when it can be forgotten without a loss. */
  get isIdle(): boolean {
    return this.calls === 0 && this.bytes === 0 && this.running === 0 && this.slots === 0;
  }
}

function planOf(limits: TenantLimits): QuotaPlan {
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
      rate: `${count} per ${periodMs} ms, ${burst} at once`,
    };
  });
}

function ruleOf(tenant: Tenant | undefined): TenantRule {
  const parts = { allowed: tenant?.allowed, denied: tenant?.denied ?? [], scopes: undefined };
  const text = ruleText(parts);
  return RULES.get(text, () => ({ ...parts, text, allows: compileRule(parts) }));
}
