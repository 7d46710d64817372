/** Tenants as a program manages them, and as a server asks about them. */
import { type Clock, systemClock } from "../base/clock.ts";
import { GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { type Logger, SILENT_LOG } from "../base/log.ts";
import type { Access } from "../pipeline/access.ts";
import { DEFAULT_TENANT } from "../pipeline/call.ts";
import type { Decision } from "../pipeline/outcome.ts";
import { createKeyId, createKeyText, hashKey, KEY_PREFIX, type KeyRecord } from "./api_key.ts";
import { Directory } from "./directory.ts";
import { checkGlobs } from "./name_rule.ts";
import { windowAt } from "./quota_window.ts";
import { type QuotaGate, quotaGate } from "./gate.ts";
import { Quotas, type StateFailure } from "./quotas.ts";
import { unauthenticated } from "./refusals.ts";
import type { MaybePromise, StateStore } from "./state_store.ts";
import {
  checkDisplayName,
  checkTenantId,
  checkTenantLimits,
  type QuotaPeriod,
  type Tenant,
  type TenantLimits,
} from "./tenant.ts";
import type { TokenVerifier } from "./token.ts";

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

/** What a tenant is created with, beside its id, name and limits. */
export interface TenantSettings extends TenantLimits {
  /** Globs of what it may see. @default everything */
  readonly allowed?: readonly string[];
  /** Globs of what it may not see. @default nothing */
  readonly denied?: readonly string[];
}

/** What of a tenant is to be changed; what is left out stays. */
export interface TenantChange {
  /** What people call it. */
  readonly name?: string;
  /** Limits to be set; one that is null is taken away. */
  readonly limits?: { readonly [K in keyof TenantLimits]?: TenantLimits[K] | null };
  /** Globs of what it may see; null for everything. */
  readonly allowed?: readonly string[] | null;
  /** Globs of what it may not see. */
  readonly denied?: readonly string[];
  /** Whether nobody can call on its behalf. */
  readonly suspended?: boolean;
}

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

/** How much of one quota is used. */
export interface Used {
  /** Undefined where there is none. */
  readonly limit: number | undefined;
  /** What was used; what other processes hold and have not used counts as used. */
  readonly used: number;
  /** Undefined where there is no limit. */
  readonly remaining: number | undefined;
}

/** What a tenant has used. */
export interface TenantUsage {
  /** What calls and bytes are counted by. */
  readonly period: QuotaPeriod;
  /** When the period ends: a moment of ISO 8601 in UTC. */
  readonly resetsAt: string;
  /** Calls that reached a tool. Counted only where there is a limit. */
  readonly calls: Used;
  /** Bytes of arguments and results. Counted only where there is a limit. */
  readonly bytes: Used;
  /** Calls that run. Counted only where there is a limit. */
  readonly concurrent: Used;
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
  /** Changes a tenant. @throws {GomcpError} `not_found` for one that is not. */
  updateTenant(id: string, change: TenantChange): Promise<Tenant>;
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
   * Debits calls of the tenant's quota, all or none; a problem says why not.
   *
   * @throws {GomcpError} `not_found` for a tenant that is not, `overloaded` for one that this process
   * has not seen while the store is away.
   */
  checkQuota(tenant: string, calls?: number): MaybePromise<Decision>;
  /** What a tenant has used. */
  usage(id: string): Promise<TenantUsage>;
  /** Who has this credential: a key, or a token of OAuth; without one, the tenant `default`. */
  authenticate(credential: string | undefined): MaybePromise<Access | Problem>;
  /** The access of a credential that was good before; its `problem` says whether it still is. */
  known(credential: string): Access | undefined;
  /**
   * An access to a tenant on the program's own word. `credential` is what it was given for, such as
   * a name in a certificate; it goes into logs and is no secret.
   */
  accessTo(tenant: string, credential?: string): MaybePromise<Access | Problem>;
  /** What the layers ask. */
  readonly gate: QuotaGate;
  /** False while the store is away. */
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
  readonly #tokens: TokenVerifier | undefined;
  readonly #directory: Directory;
  readonly #quotas: Quotas;
  readonly #watching: Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(store: StateStore, options: TenantManagerOptions) {
    const { clock = systemClock, log = SILENT_LOG, stateFailure: onFailure = "refuse" } = options;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#tokens = options.tokens;
    this.#directory = new Directory({ store, clock, log });
    this.#quotas = new Quotas({ store, clock, log, onFailure, owner: crypto.randomUUID() });
    this.gate = quotaGate(this.#quotas);
    this.#watching = this.#directory.watch();
    // Told to whoever closes it; until then every change is a failure to be seen there.
    this.#watching.catch(() => log.error("changes of tenants are not told to this process"));
  }

  async createTenant(id: string, name: string, settings: TenantSettings = {}): Promise<Tenant> {
    const tenant = this.#newTenant(id, name, settings);
    if (!await this.#store.createTenant(tenant)) throw isTaken(id);
    return tenant;
  }

  async createTenantWithKey(
    id: string,
    name: string,
    settings: TenantSettings = {},
    options: KeyOptions = {},
  ): Promise<CreatedKey & { readonly tenant: Tenant }> {
    const tenant = this.#newTenant(id, name, settings);
    const { secret, record } = this.#newKey(id, options);
    if (!await this.#store.createTenant(tenant, record)) throw isTaken(id);
    return { tenant, secret, key: shown(record) };
  }

  #newTenant(id: string, name: string, settings: TenantSettings): Tenant {
    const { allowed, denied = [], ...limits } = settings;
    return checkTenant({
      id: checkTenantId(id),
      name,
      suspended: false,
      limits: checkTenantLimits(limits),
      allowed,
      denied,
      createdMs: this.#clock.wall(),
      version: 1,
    });
  }

  async updateTenant(id: string, change: TenantChange): Promise<Tenant> {
    for (;;) {
      const before = await this.#existing(id);
      const after = checkTenant(changed(before, change));
      // Somebody else was faster: their change stays, and this one goes on top of it.
      if (await this.#store.replaceTenant(after)) return after;
    }
  }

  setAllowedTools(id: string, globs: readonly string[] | undefined): Promise<Tenant> {
    return this.updateTenant(id, { allowed: globs ?? null });
  }

  setDeniedTools(id: string, globs: readonly string[]): Promise<Tenant> {
    return this.updateTenant(id, { denied: globs });
  }

  async deleteTenant(id: string): Promise<void> {
    if (!await this.#store.deleteTenant(id)) throw noTenant(id);
  }

  async getTenant(id: string): Promise<Tenant | undefined> {
    return await this.#store.getTenant(id);
  }

  async listTenants(
    { after = "", max = LIMITS.tenantsPageMax }: { after?: string; max?: number } = {},
  ): Promise<readonly Tenant[]> {
    if (!Number.isInteger(max) || max < 1 || max > LIMITS.tenantsPageMax) {
      const text = `Cannot list tenants: max is ${max}, expected 1 to ${LIMITS.tenantsPageMax}`;
      throw new GomcpError("invalid_request", text);
    }
    return await this.#store.listTenants(after, max);
  }

  async createKey(tenant: string, options: KeyOptions = {}): Promise<CreatedKey> {
    await this.#existing(tenant);
    const { secret, record } = this.#newKey(tenant, options);
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

  #newKey(
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

  async listKeys(tenant: string): Promise<readonly TenantKey[]> {
    await this.#existing(tenant);
    return (await this.#store.listKeys(tenant)).map(shown);
  }

  async revokeKey(tenant: string, idOrName: string): Promise<void> {
    await this.#existing(tenant);
    const keys = await this.#store.listKeys(tenant);
    const key = keys.find(({ id }) => id === idOrName) ??
      keys.find(({ name }) => name === idOrName);
    if (key !== undefined && await this.#store.deleteKey(tenant, key.id)) return;
    const text = `Cannot revoke key "${idOrName}": tenant "${tenant}" has none of this id or name`;
    throw new GomcpError("not_found", text);
  }

  checkQuota(tenant: string, calls = 1): MaybePromise<Decision> {
    if (!Number.isInteger(calls) || calls < 1) {
      const text = `Cannot check quota: calls is ${calls}, expected a whole number of at least 1`;
      throw new GomcpError("invalid_request", text);
    }
    const state = this.#directory.state(tenant);
    if (!(state instanceof Promise)) {
      if (state === undefined) throw noTenant(tenant);
      return this.#quotas.reserve(state, calls);
    }
    return state.then((loaded) => {
      if (loaded === undefined) throw noTenant(tenant);
      return this.#quotas.reserve(loaded, calls);
    });
  }

  async usage(id: string): Promise<TenantUsage> {
    const tenant = await this.#existing(id);
    const { limits } = tenant;
    const { period = "day" } = limits;
    const nowMs = this.#clock.wall();
    const window = windowAt(period, nowMs);
    const counter = { tenant: id, window: window.name, endsMs: window.endsMs } as const;
    const [calls, bytes, running, state] = await Promise.all([
      this.#store.readCounter({ ...counter, unit: "calls" }),
      this.#store.readCounter({ ...counter, unit: "bytes" }),
      this.#store.readSlots(id, nowMs),
      this.#directory.state(id),
    ]);
    const held = state === undefined ? 0 : this.#quotas.heldCalls(state);
    return {
      period,
      resetsAt: new Date(window.endsMs).toISOString(),
      calls: used(limits.maxToolCalls, calls - held),
      bytes: used(limits.maxBytes, bytes),
      concurrent: used(limits.maxConcurrent, running),
    };
  }

  authenticate(credential: string | undefined): MaybePromise<Access | Problem> {
    if (credential === undefined) return this.#directory.plain(DEFAULT_TENANT);
    if (credential.length > LIMITS.credentialCharsMax) {
      return unauthenticated("The credential is too long");
    }
    const known = this.#directory.cached(credential);
    if (known !== undefined) return known.problem ?? known;
    if (credential.startsWith(KEY_PREFIX) || this.#tokens === undefined) {
      return this.#directory.byKey(credential);
    }
    return this.#byToken(this.#tokens, credential);
  }

  async #byToken(tokens: TokenVerifier, token: string): Promise<Access | Problem> {
    const checked = await tokens.verify(token);
    if ("code" in checked) return checked;
    const { tenant, subject: credential, scopes, expiresMs } = checked;
    const grant = { credential, scopes, expiresMs, isToken: true };
    return await this.#directory.byGrant(tenant, hashKey(token), grant);
  }

  known(credential: string): Access | undefined {
    if (credential.length > LIMITS.credentialCharsMax) return undefined;
    return this.#directory.cached(credential);
  }

  accessTo(tenant: string, credential?: string): MaybePromise<Access | Problem> {
    if (credential === undefined) return this.#directory.plain(tenant);
    return this.#directory.named(tenant, credential);
  }

  isReady(): boolean {
    return this.#quotas.isReady;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#watching.catch(() => {});
    this.#directory.close();
    await this.#quotas.close();
    await this.#store.close();
    this.#log.debug("state store closed");
  }

  async #existing(id: string): Promise<Tenant> {
    const tenant = await this.#store.getTenant(checkTenantId(id));
    if (tenant === undefined) throw noTenant(id);
    return tenant;
  }
}

function changed(before: Tenant, change: TenantChange): Tenant {
  const { limits = {}, allowed, ...rest } = change;
  const merged = Object.entries({ ...before.limits, ...limits }).filter(([, each]) =>
    each !== null && each !== undefined
  );
  return {
    ...before,
    ...rest,
    limits: checkTenantLimits(Object.fromEntries(merged)),
    allowed: allowed === undefined ? before.allowed : allowed ?? undefined,
    version: before.version + 1,
  };
}

function checkTenant(tenant: Tenant): Tenant {
  checkDisplayName(tenant.name);
  if (tenant.allowed !== undefined) checkGlobs(tenant.allowed, "allowed tools");
  checkGlobs(tenant.denied, "denied tools");
  return tenant;
}

function used(limit: number | undefined, count: number): Used {
  const remaining = limit === undefined ? undefined : Math.max(0, limit - count);
  return { limit, used: Math.max(0, count), remaining };
}

function shown({ hash: _, ...key }: KeyRecord): TenantKey {
  return key;
}

function isTaken(id: string): GomcpError {
  const text = `Cannot create tenant "${id}": there is one, expected another id`;
  return new GomcpError("invalid_request", text);
}

function noTenant(id: string): GomcpError {
  return new GomcpError("not_found", `Cannot find tenant "${id}": there is none of this id`);
}
