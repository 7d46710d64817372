/** The accesses of credentials that this process has seen, by the credential's hash. */
import { LIMITS } from "../base/limits.ts";
import type { TenantAccess } from "./tenant_access.ts";

export class AccessCache {
  /** The one used last at the end. */
  readonly #byHash = new Map<string, TenantAccess>();
  /** Which of the hashes are a tenant's: a change of one of many tenants must not look at all of them. */
  readonly #byTenant = new Map<string, Set<string>>();

  /** The tenants that have any. */
  tenants(): IterableIterator<string> {
    return this.#byTenant.keys();
  }

  all(): IterableIterator<TenantAccess> {
    return this.#byHash.values();
  }

  /** Those of one tenant, with their hashes. */
  ofTenant(id: string): readonly (readonly [string, TenantAccess])[] {
    return [...this.#byTenant.get(id) ?? []].map((hash) => [hash, this.#byHash.get(hash)!]);
  }

  get(hash: string): TenantAccess | undefined {
    return this.#byHash.get(hash);
  }

  /** The same, used now. A token whose key has been withdrawn is forgotten. */
  use(hash: string): TenantAccess | undefined {
    const access = this.#byHash.get(hash);
    if (access === undefined) return undefined;
    if (!access.isCurrent) {
      this.delete(hash);
      return undefined;
    }
    this.#byHash.delete(hash);
    this.#byHash.set(hash, access);
    return access;
  }

  /** Keeps an access that was proven. */
  add(hash: string, access: TenantAccess): void {
    this.delete(hash);
    for (const [oldest, forgotten] of this.#byHash) {
      if (this.#byHash.size < LIMITS.accessesMax) break;
      this.delete(oldest);
      // Whoever listens by it would not learn of a revocation any more: it has to come anew.
      forgotten.update(undefined);
    }
    this.#byHash.set(hash, access);
    const hashes = this.#byTenant.get(access.tenant);
    if (hashes === undefined) this.#byTenant.set(access.tenant, new Set([hash]));
    else hashes.add(hash);
  }

  delete(hash: string): void {
    const access = this.#byHash.get(hash);
    if (access === undefined) return;
    this.#byHash.delete(hash);
    const hashes = this.#byTenant.get(access.tenant)!;
    hashes.delete(hash);
    if (hashes.size === 0) this.#byTenant.delete(access.tenant);
  }
}
