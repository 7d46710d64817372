/** Tenants as a program manages them, and as a server asks about them. */
import { type Clock, systemClock } from "../base/clock.ts";
import { GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { type Logger, SILENT_LOG } from "../base/log.ts";
import type { Access } from "../pipeline/access.ts";
import type { Decision } from "../pipeline/outcome.ts";
import { CoarseClock } from "./coarse_clock.ts";
import { Credentials } from "./credentials.ts";
import { Directory } from "./directory.ts";
import { type QuotaGate, quotaGate } from "./gate.ts";
import { Quotas } from "./quotas.ts";
import { Rates } from "./rates.ts";
import type { MaybePromise, StateStore } from "./state_store.ts";
import { type StateFailure, StoreHealth } from "./store_health.ts";
import type { Tenant } from "./tenant.ts";
import {
  type CreatedKey,
  type KeyOptions,
  shown,
  type TenantKey,
  TenantKeys,
} from "./tenant_keys.ts";
import { TenantTable } from "./tenant_table.ts";
import {
  noTenant,
  type TenantChange,
  TenantRecords,
  type TenantSettings,
} from "./tenant_records.ts";
import { readUsage, type TenantUsage } from "./tenant_usage.ts";
import { then } from "./then.ts";
import type { TokenVerifier } from "./token.ts";

/** How the tenants' part of a server does. */
export interface TenantStats {
  /** False while the store is away, changes cannot be seen, or no token can be checked. */
  readonly ready: boolean;
  /** Tenants of whose quotas this process has something in hand. */
  readonly leases: number;
}

/** What a manager stands on. */
export interface TenantManagerOptions {
  /** Where time comes from. @default the system's clock */
  readonly clock?: Clock;
  /** Who is told of refused credentials and of a store that is away. @default nobody */
  readonly log?: Logger;
  /** Whether calls go on, uncounted, while the store is away. @default "refuse" */
  readonly stateFailure?: StateFailure;
  /** Checks tokens of OAuth. @default none is taken */
  readonly tokens?: TokenVerifier;
}

/** Manages tenants, and answers for them. */
export interface TenantManager {
  /** Creates a tenant. @throws {GomcpError} `invalid_request` for one that is, or a bad value. */
  createTenant(id: string, name: string, settings?: TenantSettings): Promise<Tenant>;
  /** Creates a tenant and its first key, both or neither. */
  createTenantWithKey(
    id: string,
    name: string,
    settings?: TenantSettings,
    key?: KeyOptions,
  ): Promise<CreatedKey & { readonly tenant: Tenant }>;
  /**
   * Changes a tenant. A function is asked what to change of what it is given; again, if somebody else
   * has changed it meanwhile. @throws {GomcpError} `not_found` for one that is not.
   */
  updateTenant(
    id: string,
    change: TenantChange | ((before: Tenant) => TenantChange),
  ): Promise<Tenant>;
  /** What the tenant may see, by globs; undefined for everything. */
  setAllowedTools(id: string, globs: readonly string[] | undefined): Promise<Tenant>;
  /** What the tenant may not see, whatever is allowed. */
  setDeniedTools(id: string, globs: readonly string[]): Promise<Tenant>;
  /** Removes a tenant and its keys. @throws {GomcpError} `not_found` for one that is not. */
  deleteTenant(id: string): Promise<void>;
  /** The tenant of this id; undefined when there is none. */
  getTenant(id: string): Promise<Tenant | undefined>;
  /** Up to `max` (1 to 1,000; default 1,000) tenants in the order of their ids, those after `after`. */
  listTenants(
    page?: { readonly after?: string; readonly max?: number },
  ): Promise<readonly Tenant[]>;
  /** Creates a key. @throws {GomcpError} `invalid_request` for a name that is taken. */
  createKey(tenant: string, options?: KeyOptions): Promise<CreatedKey>;
  /** The keys of a tenant, the oldest first. */
  listKeys(tenant: string): Promise<readonly TenantKey[]>;
  /** Ends a key, by its id or name. @throws {GomcpError} `not_found` for one that is not. */
  revokeKey(tenant: string, idOrName: string): Promise<void>;
  /**
   * Debits 1 to 1,000,000,000 calls of the tenant's quota, all or none; a problem says why not.
   *
   * @throws {GomcpError} `not_found` for a tenant that is not, `overloaded` for one that this process
   * has not seen while the store is away.
   */
  checkQuota(tenant: string, calls?: number): MaybePromise<Decision>;
  /** What a tenant has used. */
  usage(id: string): Promise<TenantUsage>;
  /** Who has this credential: a key, or a token of OAuth; without one, the tenant `default`. */
  authenticate(credential: string | undefined): MaybePromise<Access | Problem>;
  /** The access of a credential that was shown before; its `problem` says whether it is good now. */
  known(credential: string): Access | undefined;
  /**
   * An access to a tenant on the program's own word. `credential` is what it was given for, such as
   * a name in a certificate; it goes into logs and is no secret.
   */
  accessTo(tenant: string, credential?: string): MaybePromise<Access | Problem>;
  /** What the layers ask. */
  readonly gate: QuotaGate;
  /** How it does now, for whoever watches the server. */
  stats(): TenantStats;
  /** False while the store is away or changes cannot be seen, and while no token can be checked. */
  isReady(): boolean;
  /** Gives back what this process has of quotas, and closes the store. May be called twice. */
  close(): Promise<void>;
}

/**
 * Makes a manager of the tenants that a store has. It tells running servers of what it changes, and
 * learns of what others change, within a second.
 *
 * @example
 * ```ts
 * import { createTenantManager, memoryState } from "gomcp";
 *
 * const tenants = createTenantManager(memoryState());
 * await tenants.createTenant("company-a", "Company A", { maxToolCalls: 2, period: "day" });
 * await tenants.setDeniedTools("company-a", ["delete_*"]);
 * const { secret } = await tenants.createKey("company-a");
 * const access = await tenants.authenticate(secret);
 * if ("code" in access || access.names.allows("delete_file")) throw new Error();
 * await tenants.checkQuota("company-a", 2);
 * const refusal = await tenants.checkQuota("company-a");
 * if (refusal?.code !== "quota_exceeded" || refusal.remaining !== 0) throw new Error();
 * await tenants.close();
 * ```
 */
export function createTenantManager(
  store: StateStore,
  options: TenantManagerOptions = {},
): TenantManager {
  return new Manager(store, options);
}

class Manager implements TenantManager {
  readonly gate: QuotaGate;
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #records: TenantRecords;
  readonly #keys: TenantKeys;
  readonly #credentials: Credentials;
  readonly #directory: Directory;
  readonly #known = new TenantTable();
  readonly #coarse: CoarseClock;
  readonly #quotas: Quotas;
  readonly #watching: Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(store: StateStore, options: TenantManagerOptions) {
    const { clock = systemClock, log = SILENT_LOG, stateFailure: onFailure = "refuse" } = options;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#records = new TenantRecords(store, clock);
    this.#keys = new TenantKeys(store, clock, this.#records);
    this.#directory = new Directory({ store, clock, log, known: this.#known });
    this.#credentials = new Credentials(this.#directory, options.tokens);
    const health = new StoreHealth({ store, clock, log, onFailure });
    this.#coarse = new CoarseClock(clock);
    const common = { store, clock, coarse: this.#coarse, log, onFailure, health };
    this.#quotas = new Quotas({ ...common, owner: crypto.randomUUID() });
    this.gate = quotaGate(this.#quotas, new Rates(common));
    this.#watching = this.#directory.watch();
  }

  createTenant(id: string, name: string, settings: TenantSettings = {}): Promise<Tenant> {
    return this.#records.create(id, name, settings);
  }

  async createTenantWithKey(
    id: string,
    name: string,
    settings: TenantSettings = {},
    options: KeyOptions = {},
  ): Promise<CreatedKey & { readonly tenant: Tenant }> {
    const { secret, record } = this.#keys.make(id, options);
    const tenant = await this.#records.create(id, name, settings, record);
    return { tenant, secret, key: shown(record) };
  }

  updateTenant(
    id: string,
    change: TenantChange | ((before: Tenant) => TenantChange),
  ): Promise<Tenant> {
    return this.#records.update(id, change);
  }

  setAllowedTools(id: string, globs: readonly string[] | undefined): Promise<Tenant> {
    return this.#records.update(id, { allowed: globs ?? null });
  }

  setDeniedTools(id: string, globs: readonly string[]): Promise<Tenant> {
    return this.#records.update(id, { denied: globs });
  }

  deleteTenant(id: string): Promise<void> {
    return this.#records.delete(id);
  }

  async getTenant(id: string): Promise<Tenant | undefined> {
    return await this.#store.getTenant(id);
  }

  listTenants(page: { after?: string; max?: number } = {}): Promise<readonly Tenant[]> {
    return this.#records.list(page);
  }

  createKey(tenant: string, options: KeyOptions = {}): Promise<CreatedKey> {
    return this.#keys.create(tenant, options);
  }

  listKeys(tenant: string): Promise<readonly TenantKey[]> {
    return this.#keys.list(tenant);
  }

  revokeKey(tenant: string, idOrName: string): Promise<void> {
    return this.#keys.revoke(tenant, idOrName);
  }

  checkQuota(tenant: string, calls = 1): MaybePromise<Decision> {
    if (this.#known.takeInHand(tenant, calls, this.#coarse.wall())) return undefined;
    return this.#debit(tenant, calls);
  }

  #debit(tenant: string, calls: number): MaybePromise<Decision> {
    if (!Number.isInteger(calls) || calls < 1 || calls > LIMITS.reservedCallsMax) {
      const text = `Cannot check quota: calls is ${calls}, expected a whole number from 1 to ` +
        LIMITS.reservedCallsMax;
      throw new GomcpError("invalid_request", text);
    }
    return then(this.#directory.state(tenant), (state) => {
      if (state === undefined) throw noTenant(tenant);
      return this.#quotas.reserve(state, calls);
    });
  }

  async usage(id: string): Promise<TenantUsage> {
    const tenant = await this.#records.existing(id);
    return await readUsage(tenant, this.#store, this.#clock, async () => {
      const state = await this.#directory.state(id);
      return state === undefined ? 0 : this.#quotas.heldCalls(state);
    });
  }

  authenticate(credential: string | undefined): MaybePromise<Access | Problem> {
    return this.#credentials.authenticate(credential);
  }

  known(credential: string): Access | undefined {
    return this.#credentials.known(credential);
  }

  accessTo(tenant: string, credential?: string): MaybePromise<Access | Problem> {
    if (credential === undefined) return this.#directory.plain(tenant);
    return this.#directory.named(tenant, credential);
  }

  stats(): TenantStats {
    return { ready: this.isReady(), leases: this.#quotas.leases };
  }

  isReady(): boolean {
    return this.#quotas.isReady && this.#credentials.isReady && this.#directory.isCurrent;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#watching;
    this.#directory.close();
    await this.#quotas.close();
    await this.#store.close();
    this.#log.debug("state store closed");
  }
}
