/** The keys of tenants: created, listed and ended. */
import type { Clock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { createKeyId, createKeyText, hashKey, type KeyRecord } from "./api_key.ts";
import { checkGlobs } from "./name_rule.ts";
import type { StateStore } from "./state_store.ts";
import { checkDisplayName } from "./tenant.ts";
import type { TenantRecords } from "./tenant_records.ts";

/** What a key is created with. */
export interface KeyOptions {
  /** What it is for; no two keys of a tenant have one name. @default "default" */
  readonly name?: string;
  /** From when on it is refused, in milliseconds since 1970. @default never */
  readonly expiresMs?: number;
  /** Globs of what it is good for. @default all that the tenant may see */
  readonly scopes?: readonly string[];
}

/** A key that was created: the only time that `secret` is seen. */
export interface CreatedKey {
  /** What clients send: `gmcp_` and 49 letters and digits. */
  readonly secret: string;
  /** What the store has of it. */
  readonly key: TenantKey;
}

/** A key as it is shown. */
export type TenantKey = Omit<KeyRecord, "hash">;

export class TenantKeys {
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #records: TenantRecords;

  constructor(store: StateStore, clock: Clock, records: TenantRecords) {
    this.#store = store;
    this.#clock = clock;
    this.#records = records;
  }

  async create(tenant: string, options: KeyOptions = {}): Promise<CreatedKey> {
    await this.#records.existing(tenant);
    const { secret, record } = this.make(tenant, options);
    const keys = await this.#store.listKeys(tenant);
    if (keys.length >= LIMITS.tenantKeysMax) {
      const text =
        `Cannot create key: tenant "${tenant}" has ${keys.length}, expected fewer than ` +
        LIMITS.tenantKeysMax;
      throw new GomcpError("invalid_request", text);
    }
    if (await this.#store.addKey(record)) return { secret, key: shown(record) };
    const text = `Cannot create key: tenant "${tenant}" has one named "${record.name}", ` +
      "expected another name";
    throw new GomcpError("invalid_request", text);
  }

  /** A key that the store does not have yet. */
  make(
    tenant: string,
    { name = "default", expiresMs, scopes }: KeyOptions,
  ): { readonly secret: string; readonly record: KeyRecord } {
    checkDisplayName(name, "key");
    const createdMs = this.#clock.wall();
    if (expiresMs !== undefined && !(Number.isSafeInteger(expiresMs) && expiresMs > createdMs)) {
      const text = "Cannot create key: it would have expired already, expected a time to come";
      throw new GomcpError("invalid_request", text);
    }
    if (scopes !== undefined) checkGlobs(scopes, "scopes");
    const secret = createKeyText();
    const [id, hash] = [createKeyId(), hashKey(secret)];
    const lastUsedMs = undefined;
    return { secret, record: { id, hash, tenant, name, scopes, createdMs, expiresMs, lastUsedMs } };
  }

  async list(tenant: string): Promise<readonly TenantKey[]> {
    await this.#records.existing(tenant);
    return (await this.#store.listKeys(tenant)).map(shown);
  }

  async revoke(tenant: string, idOrName: string): Promise<void> {
    await this.#records.existing(tenant);
    const keys = await this.#store.listKeys(tenant);
    const key = keys.find(({ id }) => id === idOrName) ??
      keys.find(({ name }) => name === idOrName);
    if (key !== undefined && await this.#store.deleteKey(tenant, key.id)) return;
    const text = `Cannot revoke key "${idOrName}": tenant "${tenant}" has none of this id or name`;
    throw new GomcpError("not_found", text);
  }
}

/** A key without its hash. */
export function shown({ hash: _, ...key }: KeyRecord): TenantKey {
  return key;
}
