/** What the command line needs of tenants. */
export { createTenantManager, type TenantManager, type TenantStats } from "../tenants/manager.ts";
export type { TenantKey } from "../tenants/tenant_keys.ts";
export type { TenantChange, TenantSettings } from "../tenants/tenant_records.ts";
export type { TenantUsage, Used } from "../tenants/tenant_usage.ts";
export { QUOTA_PERIODS, type QuotaPeriod, type Tenant } from "../tenants/tenant.ts";
export type { TenantLimits, TenantRate } from "../tenants/tenant.ts";
export { isWild } from "../tenants/name_rule.ts";
export { type Access, refusedAccess } from "../pipeline/access.ts";
