/** What callers are told when they may not: the same words on every adapter. */
import type { Problem } from "../base/errors.ts";
import type { QuotaWindow } from "./quota_window.ts";
import type { Counter } from "./state_store.ts";
import type { QuotaPlan } from "./quota_plan.ts";

/** A period's quota does not have what is asked for. */
export function quotaUsedUp(
  plan: QuotaPlan,
  unit: Counter["unit"],
  used: number,
  { endsMs }: QuotaWindow,
  nowMs: number,
): Problem {
  const limit = unit === "calls" ? plan.maxCalls : plan.maxBytes;
  const resetsAt = new Date(endsMs).toISOString();
  return {
    code: "quota_exceeded",
    detail: `Quota of ${limit} ${unit} per ${plan.period} has ${Math.max(0, limit - used)} left, ` +
      `which is not enough; it is whole again at ${resetsAt}`,
    limit,
    used,
    remaining: Math.max(0, limit - used),
    resetsAt,
    retryAfterMs: Math.max(1, endsMs - nowMs),
  };
}

/** As many calls run as may. */
export function concurrencyFull(limit: number): Problem {
  return {
    code: "quota_exceeded",
    detail: `Quota of ${limit} calls at once is used up; try again when one has ended`,
    limit,
    used: limit,
    remaining: 0,
    retryAfterMs: 1_000,
  };
}

/** No time makes a batch smaller: there is no use in trying again. */
export function tooManyInBatch(size: number, limit: number): Problem {
  const detail = `Quota of ${limit} calls in a batch is exceeded by this one of ${size}`;
  return { code: "quota_exceeded", detail, limit, used: size, remaining: 0 };
}

export function tooFast(plan: QuotaPlan, waitMs: number): Problem {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  const detail = `Rate of the tenant (${plan.rate}) is used up; try again in ${retryAfterMs} ms`;
  const { burst } = plan;
  return { code: "rate_limited", detail, limit: burst, used: burst, remaining: 0, retryAfterMs };
}

export function away(): Problem {
  const detail = "Cannot take the call: what counts the quotas is away";
  return { code: "overloaded", detail, retryAfterMs: 1_000 };
}

/** Says nothing of which part of a credential is wrong. */
export function unauthenticated(detail: string): Problem {
  return { code: "unauthenticated", detail };
}

/** A good token that is not good for this: its user may get one that is. */
export function insufficientScope(requiredScopes: readonly string[]): Problem {
  const detail = `The token's scopes are not enough: this takes ${requiredScopes.join(" ")}`;
  return { code: "forbidden", detail, requiredScopes };
}

export function suspended(): Problem {
  return { code: "forbidden", detail: "The tenant is suspended" };
}
