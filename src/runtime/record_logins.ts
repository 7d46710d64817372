/** Requests that were turned away for want of a good credential, as records of the audit log. */
import type { AuditLog } from "../audit/audit_log.ts";
import { nameOf } from "../audit/measure.ts";
import type { Problem } from "../base/errors.ts";
import type { RateLimit } from "../base/rate_limit.ts";
import { type AdapterName, type ClientInfo, DEFAULT_TENANT } from "../pipeline/call.ts";
import { createRateLimiter } from "../ratelimit/limiter.ts";

/** Who was turned away. */
export interface RefusedLogin {
  /** How the request came in. */
  readonly adapter: AdapterName;
  /** What is known of the client. */
  readonly client: ClientInfo;
  /** What was asked for: the path, or the method; cut at 200 characters. */
  readonly target: string;
  /** Why it was turned away. */
  readonly problem: Problem;
}

/** Puts a refused request on record. Never waits, never throws. */
export type LoginRecorder = (refused: RefusedLogin) => void;

/** Strangers must not fill the log: what comes faster from an address is not on record. */
const RECORDED: RateLimit = {
  name: "login-records",
  count: 60,
  periodMs: 60_000,
  per: ["address"],
  operations: ["login"],
};
/** Addresses that are told apart. */
const ADDRESSES_MAX = 10_000;

/**
 * Records go by the policy's rules, at stage `refused`, with the target as the tool. Whose request
 * it was nobody knows: they are records of the tenant `default`.
 */
export function createLoginRecorder(audit: AuditLog): LoginRecorder {
  const { clock } = audit;
  const recorded = createRateLimiter([RECORDED], { clock, keysMax: ADDRESSES_MAX });
  return ({ adapter, client, target, problem }) => {
    const tenant = DEFAULT_TENANT;
    const tool = nameOf(target);
    const { level, refused } = audit.policy.ruleFor(tenant, adapter, tool);
    if (level === "none" || !refused) return;
    const subject = { operation: "login", name: "login", tenant, client } as const;
    if (recorded.checkRate(subject) !== undefined) return;
    audit.log({
      time: clock.wall(),
      stage: "refused",
      tenant,
      adapter,
      client: client.name,
      clientVersion: client.version,
      address: client.address,
      kind: "login",
      tool,
      decision: "refused",
      code: problem.code,
    });
  };
}
