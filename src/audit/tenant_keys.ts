/** Keyed hashes, a key for each tenant: equal values can be matched, and nobody without the key can guess. */
import { createHmac } from "node:crypto";
import { isStackOverflow } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";

/** Hashes values for the audit log (HMAC-SHA-256, RFC 2104). */
export class TenantKeys {
  readonly #master: Uint8Array;
  readonly #keys = new Map<string, Uint8Array>();

  /** `master` is 32 bytes; keys of tenants are derived from it. */
  constructor(master: Uint8Array) {
    this.#master = master;
  }

  /** 32 hex digits that stand for a text of a tenant's. */
  hash(tenant: string, text: string): string {
    return createHmac("sha256", this.#keyOf(tenant)).update(text).digest("hex").slice(0, 32);
  }

  #keyOf(tenant: string): Uint8Array {
    const known = this.#keys.get(tenant);
    if (known !== undefined) return known;
    if (this.#keys.size >= LIMITS.auditRulesCached) this.#keys.clear();
    const label = `gomcp audit tenant ${tenant}`;
    const key = createHmac("sha256", this.#master).update(label).digest();
    this.#keys.set(tenant, key);
    return key;
  }
}

/**
 * A value as JSON whose text does not depend on the order of keys; undefined for what has none,
 * and for what is nested deeper than the stack takes (some thousand levels).
 */
export function canonicalJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, each) => isPlain(each) ? sorted(each) : each);
  } catch (thrown) {
    if (isStackOverflow(thrown)) return undefined;
    throw thrown;
  }
}

function isPlain(value: unknown): value is object {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function sorted(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0));
}
