/** Tenants and keys as the JSON text that stores keep. */
import type { KeyRecord } from "../../tenants/api_key.ts";
import type { Tenant } from "../../tenants/tenant.ts";

/** JSON has no undefined: what was left out is put back, so that all records have one shape. */
export function tenantOf(text: string): Tenant {
  const { id, name, suspended, limits, allowed, denied, createdMs, incarnation = 0, version } = JSON
    .parse(text);
  return { id, name, suspended, limits, allowed, denied, createdMs, incarnation, version };
}

/** `used` is when the key was last used, as the store has it. */
export function keyOf(text: string, used: unknown): KeyRecord {
  const { id, hash, tenant, name, scopes, createdMs, expiresMs } = JSON.parse(text);
  const lastUsedMs = used === null || used === undefined ? undefined : Number(used);
  return { id, hash, tenant, name, scopes, createdMs, expiresMs, lastUsedMs };
}
