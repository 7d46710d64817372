/** What a server gives tenants that say nothing themselves. */
import { checkTenantLimits, type Tenant, type TenantLimits } from "./tenant.ts";
import { checkGlobs } from "./name_rule.ts";

/** Defaults of tenants that a store has; the tenant `default` has none unless it is created. */
export interface TenantDefaults {
  /** Each holds where a tenant has no such limit of its own. */
  readonly limits: TenantLimits;
  /** Globs of what those may see that do not say it; undefined for everything. */
  readonly allowed?: readonly string[] | undefined;
  /** Globs of what no tenant may see, beside its own. */
  readonly denied?: readonly string[];
}

/** @throws {GomcpError} `invalid_request` for a limit out of range, or a bad glob. */
export function checkTenantDefaults(defaults: TenantDefaults): TenantDefaults {
  checkTenantLimits(defaults.limits);
  if (defaults.allowed !== undefined) checkGlobs(defaults.allowed, "allowed tools");
  checkGlobs(defaults.denied ?? [], "denied tools");
  return defaults;
}

/** The tenant as it is served. */
export function withDefaults<T extends Tenant | undefined>(
  tenant: T,
  defaults: TenantDefaults | undefined,
): T {
  if (tenant === undefined || defaults === undefined) return tenant;
  return {
    ...tenant,
    limits: { ...defaults.limits, ...tenant.limits },
    allowed: tenant.allowed ?? defaults.allowed,
    denied: [...tenant.denied, ...defaults.denied ?? []],
  };
}
