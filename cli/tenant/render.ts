/** Tenants, keys and usage as people read them. */
import { formatDuration } from "../../src/base/duration.ts";
import type {
  Tenant,
  TenantKey,
  TenantLimits,
  TenantRate,
  TenantUsage,
  Used,
} from "../../src/runtime/tenants.ts";

export function tenantText(tenant: Tenant, keys: readonly TenantKey[]): string {
  const { id, name, suspended, allowed, denied } = tenant;
  return [
    `${id}  ${name}${suspended ? "  (suspended)" : ""}`,
    `  limits   ${limitsText(tenant.limits) ?? "none"}`,
    `  allowed  ${allowed === undefined ? "everything" : allowed.join(", ") || "nothing"}`,
    `  denied   ${denied.join(", ") || "nothing"}`,
    ...keys.map((key) => `  key      ${keyText(key)}`),
  ].join("\n");
}

/** Undefined where there are none. */
export function limitsText(limits: TenantLimits): string | undefined {
  const { period = "day", rate } = limits;
  const parts: string[] = [];
  if (limits.maxToolCalls !== undefined) parts.push(`${limits.maxToolCalls} calls per ${period}`);
  if (limits.maxBytes !== undefined) parts.push(`${limits.maxBytes} bytes per ${period}`);
  if (limits.maxConcurrent !== undefined) parts.push(`${limits.maxConcurrent} at once`);
  if (limits.maxBatchSize !== undefined) parts.push(`${limits.maxBatchSize} in a batch`);
  if (rate !== undefined) parts.push(rateText(rate));
  return parts.length === 0 ? undefined : parts.join(", ");
}

function rateText({ count, periodMs = 1_000, burst = count }: TenantRate): string {
  return `${count} per ${formatDuration(periodMs)}, burst ${burst}`;
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
  const { calls, bytes, concurrent, period, resetsAt } = usage;
  const part = ({ used, limit }: Used, what: string) =>
    limit === undefined ? [] : [`${used} of ${limit} ${what}`];
  const parts = [
    ...part(calls, `calls of this ${period}`),
    ...part(bytes, `bytes of this ${period}`),
    ...part(concurrent, "at once"),
  ];
  if (parts.length === 0) return `${id}  has no limits, and nothing is counted`;
  return `${id}  ${parts.join(", ")}; the ${period} ends at ${resetsAt}`;
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
