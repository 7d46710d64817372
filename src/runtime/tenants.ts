/** What the command line needs of tenants. */
export {
  createTenantManager,
  type TenantChange,
  type TenantKey,
  type TenantManager,
  type TenantSettings,
  type TenantUsage,
} from "../tenants/manager.ts";
export { QUOTA_PERIODS, type QuotaPeriod, type Tenant } from "../tenants/tenant.ts";
export type { TenantLimits, TenantRate } from "../tenants/tenant.ts";
export { isWild } from "../tenants/name_rule.ts";
export { type Access, refusedAccess } from "../pipeline/access.ts";
