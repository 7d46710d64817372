/** Tenants, keys and usage as people read them. */
import { formatDuration } from "../../src/base/duration.ts";
import type { Tenant, TenantKey, TenantLimits, TenantUsage } from "../../src/runtime/tenants.ts";

export function tenantText(tenant: Tenant, keys: readonly TenantKey[]): string {
  const { id, name, suspended, allowed, denied } = tenant;
  return [
    `${id}  ${name}${suspended ? "  (suspended)" : ""}`,
    `  limits   ${limitsText(tenant.limits)}`,
    `  allowed  ${allowed === undefined ? "everything" : allowed.join(", ") || "nothing"}`,
    `  denied   ${denied.join(", ") || "nothing"}`,
    ...keys.map((key) => `  key      ${keyText(key)}`),
  ].join("\n");
}

export function limitsText(limits: TenantLimits): string {
  const { period = "day", rate } = limits;
  const parts = [
    limits.maxToolCalls !== undefined && `${limits.maxToolCalls} calls per ${period}`,
    limits.maxBytes !== undefined && `${limits.maxBytes} bytes per ${period}`,
    limits.maxConcurrent !== undefined && `${limits.maxConcurrent} at once`,
    limits.maxBatchSize !== undefined && `${limits.maxBatchSize} in a batch`,
    rate !== undefined &&
    `${rate.count} per ${formatDuration(rate.periodMs ?? 1_000)}, burst ${
      rate.burst ?? rate.count
    }`,
  ].filter((part) => part !== false);
  return parts.join(", ") || "none";
}

export function keyText({ id, name, scopes, expiresMs, lastUsedMs }: TenantKey): string {
  const parts = [
    id,
    name,
    scopes === undefined ? "for everything" : `for ${scopes.join(", ")}`,
    expiresMs === undefined ? "never expires" : `expires ${moment(expiresMs)}`,
    lastUsedMs === undefined ? "not used yet" : `last used ${moment(lastUsedMs)}`,
  ];
  return parts.join("  ");
}

export function usageText(id: string, usage: TenantUsage): string {
  const line = (what: string, { used, limit }: TenantUsage["calls"]) =>
    `${what} ${limit === undefined ? "no limit" : `${used} of ${limit}`}`;
  return `${id}  ${line("calls", usage.calls)}, ${line("bytes", usage.bytes)} per ` +
    `${usage.period} until ${usage.resetsAt}; ${line("at once", usage.concurrent)}`;
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}

/** What there is to know about a secret that is shown once. */
export function secretText(secret: string): string {
  return `API key, shown this once:

  ${secret}

Clients send it as "Authorization: Bearer KEY" or "X-API-Key: KEY"; a server over stdio takes it
from GOMCP_API_KEY. Who has lost it gets another by: gomcp tenant key create`;
}
