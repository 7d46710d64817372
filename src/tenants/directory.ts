/** The tenants and credentials that this process has seen, kept as the store has them. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown, GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import { DEFAULT_TENANT } from "../pipeline/call.ts";
import { hashKey, isKeyText, isSameHash, type KeyRecord } from "./api_key.ts";
import { ChangeWatch } from "./change_watch.ts";
import { away, unauthenticated } from "./refusals.ts";
import type { MaybePromise, StateStore } from "./state_store.ts";
import type { Tenant } from "./tenant.ts";
import { type Authenticated, type Grant, grantOf, NOBODY, TenantAccess } from "./tenant_access.ts";
import { type TenantDefaults, withDefaults } from "./tenant_defaults.ts";
import type { TenantState } from "./tenant_state.ts";
import type { TenantTable } from "./tenant_table.ts";
import { then } from "./then.ts";

/** Uses of a key are told to the store no more often than this. */
const TELL_USE_MS = 60_000;
/** Changes of tenants that may come while a key is looked up. */
const LOOK_UPS_MAX = 3;

export interface DirectoryOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Those that this process has seen. */
  readonly known: TenantTable;
  /** What tenants have that say nothing themselves. */
  readonly defaults: TenantDefaults | undefined;
}

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #known: TenantTable;
  readonly #watch: ChangeWatch;
  /** Those without a credential, by tenant. */
  readonly #plain = new Map<string, TenantAccess>();
  /** By the credential's hash, the one used last at the end. */
  readonly #byHash = new Map<string, TenantAccess>();
  /** Counts what was told of changes: what was read before one may be old. */
  #changes = 0;
  /** Tenants that have changed and could not be read. */
  readonly #unread = new Set<string>();
  #cancelRetry: CancelTimer | undefined;
  #closed = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#known = options.known;
    const { store, clock, log } = options;
    this.#watch = new ChangeWatch({ store, clock, log, onChange: (id) => this.#onChange(id) });
  }

  /** False while changes cannot be seen: what is known may be old. */
  get isCurrent(): boolean {
    return !this.#watch.isBlind;
  }

  /** Learns of changes from now on. */
  watch(): Promise<void> {
    return this.#watch.start();
  }

  close(): void {
    this.#closed = true;
    this.#watch.close();
    this.#cancelRetry?.();
  }

  /** The tenant's state; `default` always is, others only when the store has them. */
  state(id: string): TenantState | undefined | Promise<TenantState | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known.gone ? undefined : known;
    const loaded = this.#load(() => this.#read(id), (tenant) => {
      const exists = tenant !== undefined || id === DEFAULT_TENANT;
      return exists ? this.#keep(id, tenant) : undefined;
    });
    return loaded;
  }

  /** A tenant as it is served. */
  #read(id: string): MaybePromise<Tenant | undefined> {
    const { store, defaults } = this.#options;
    return then(store.getTenant(id), (tenant) => withDefaults(tenant, defaults));
  }

  /** An access to a tenant without a credential. */
  plain(id: string): Authenticated {
    const known = this.#plain.get(id);
    if (known !== undefined && !known.state.gone) return known;
    const make = (state: TenantState | undefined) => {
      if (state === undefined) return unauthenticated("There is no such tenant");
      const access = new TenantAccess(state, NOBODY, this.#options);
      if (this.#plain.size >= LIMITS.accessesMax) this.#plain.clear();
      this.#plain.set(id, access);
      return access;
    };
    return this.#orAway(() => then(this.state(id), make));
  }

  /**
   * Known already; its `problem` says whether it is good for something now. A token whose
   * key has been withdrawn is forgotten.
   */
  cached(secret: string): TenantAccess | undefined {
    const hash = hashKey(secret);
    const access = this.#byHash.get(hash);
    if (access === undefined) return undefined;
    this.#byHash.delete(hash);
    if (!access.isCurrent) return undefined;
    this.#byHash.set(hash, access);
    this.#tellUse(access, hash);
    return access;
  }

  /** Looks a key up that is not known yet. */
  byKey(secret: string): Authenticated {
    if (!isKeyText(secret)) return unauthenticated("The API key is not valid");
    const hash = hashKey(secret);
    return this.#orAway(() => this.#lookUp(hash, LOOK_UPS_MAX));
  }

  /** What was read before a change may be old: it is read anew, and not kept if that does not end. */
  #lookUp(hash: string, left: number): Authenticated {
    const before = this.#changes;
    return then(
      this.#options.store.findKey(hash),
      (key) =>
        then(this.#accessOf(key, hash), (access) => {
          if ("code" in access) return access;
          if (before !== this.#changes && left > 0) return this.#lookUp(hash, left - 1);
          // Also what is good for nothing now: it may be again, and who has it has guessed nothing.
          if (before === this.#changes) this.remember(hash, access);
          this.#tellUse(access, hash);
          return access.problem ?? access;
        }),
    );
  }

  #accessOf(key: KeyRecord | undefined, hash: string): Authenticated {
    if (key === undefined || !isSameHash(key.hash, hash)) {
      return unauthenticated("The API key is not valid");
    }
    return then(this.#freshState(key.tenant), (state) => {
      if (state === undefined) return unauthenticated("The API key is not valid");
      return new TenantAccess(state, grantOf(key), this.#options);
    });
  }

  /** A key that is new here may be of a tenant that is new, too, and nobody has told of it yet. */
  #freshState(id: string): MaybePromise<TenantState | undefined> {
    if (this.#known.get(id) === undefined) return this.state(id);
    return then(this.#read(id), (tenant) => {
      this.#takeOver(id, tenant);
      return this.state(id);
    });
  }

  /** Keeps an access that was proven, by the hash of its credential. */
  remember(hash: string, access: TenantAccess): void {
    for (const [oldest, forgotten] of this.#byHash) {
      if (this.#byHash.size < LIMITS.accessesMax) break;
      this.#byHash.delete(oldest);
      // Whoever listens by it would not learn of a revocation any more: it has to come anew.
      forgotten.update(undefined);
    }
    this.#byHash.set(hash, access);
  }

  /** An access by a token that was checked elsewhere. */
  byGrant(tenant: string, hash: string, grant: Grant): Authenticated {
    return this.#orAway(() =>
      then(this.state(tenant), (state) => {
        if (state === undefined) return unauthenticated("The credential's tenant does not exist");
        const access = new TenantAccess(state, grant, this.#options);
        this.remember(hash, access);
        return access.problem ?? access;
      })
    );
  }

  /** An access that somebody else has proven, such as by a certificate. */
  named(tenant: string, credential: string): Authenticated {
    // No hash of a credential that a client could send.
    const name = `named ${tenant} ${credential}`;
    const known = this.#byHash.get(name);
    if (known !== undefined) return known.problem ?? known;
    return this.byGrant(tenant, name, { ...NOBODY, credential, token: {} });
  }

  #keep(id: string, tenant: Tenant | undefined): TenantState {
    const known = this.#known.get(id);
    if (known !== undefined && !known.gone) return known;
    this.#known.delete(id);
    if (this.#known.size >= LIMITS.tenantsCountedMax) this.#forgetIdle();
    return this.#known.add(id, tenant);
  }

  #forgetIdle(): void {
    const used = new Set([...this.#byHash.values(), ...this.#plain.values()].map((a) => a.state));
    this.#known.deleteIdle(used);
  }

  /** Reads again when something changed meanwhile: the answer may be from before. */
  #load<T, R>(
    read: () => T | Promise<T>,
    take: (value: T) => R,
  ): R | Promise<R> {
    const before = this.#changes;
    const value = read();
    if (!(value instanceof Promise)) return take(value);
    return value.then((read1) =>
      this.#changes === before ? take(read1) : this.#load<T, R>(read, take)
    );
  }

  #onChange(tenant: string | undefined): void {
    this.#changes++;
    const ids = tenant === undefined ? this.#known.ids() : [tenant];
    for (const id of ids) this.#reload(id);
  }

  async #reload(id: string): Promise<void> {
    if (this.#known.get(id) === undefined) return;
    try {
      const { store } = this.#options;
      const tenant = await this.#read(id);
      this.#takeOver(id, tenant);
      for (const [hash, access] of this.#byHash) {
        if (access.tenant !== id || access.isToken) continue;
        const key = await store.findKey(hash);
        access.update(key && grantOf(key));
        if (key === undefined) this.#byHash.delete(hash);
      }
      if (this.#known.get(id)?.gone === true) this.#forget(id);
    } catch (error) {
      this.#options.log.warn("tenant could not be read anew", { error: describeThrown(error) });
      this.#reloadLater(id);
    }
  }

  /** Takes over what the store has of a tenant now; it may be another one of the same id. */
  #takeOver(id: string, tenant: Tenant | undefined): void {
    const state = this.#known.get(id);
    if (state === undefined) return;
    if (tenant === undefined || !state.isOther(tenant)) {
      return state.apply(tenant, tenant !== undefined || id === DEFAULT_TENANT);
    }
    // Calls that run are the old one's to the end.
    state.apply(undefined, false);
    const next = this.#keep(id, tenant);
    this.#plain.get(id)?.moveTo(next);
    // Keys have gone with their tenant; a token and a name are good for whatever tenant has this id.
    for (const access of this.#byHash.values()) {
      if (access.tenant === id && access.isToken) access.moveTo(next);
    }
  }

  /** The store is away in the moment of a change: it is asked until it tells. */
  #reloadLater(id: string): void {
    this.#unread.add(id);
    if (this.#cancelRetry !== undefined || this.#closed) return;
    this.#cancelRetry = this.#options.clock.after(LIMITS.statePollMs, () => {
      this.#cancelRetry = undefined;
      const ids = [...this.#unread];
      this.#unread.clear();
      for (const each of ids) this.#reload(each);
    });
  }

  #forget(id: string): void {
    this.#plain.delete(id);
    for (const [hash, access] of this.#byHash) {
      if (access.tenant === id) this.#byHash.delete(hash);
    }
    this.#known.delete(id);
  }

  #tellUse(access: TenantAccess, hash: string): void {
    const nowMs = this.#options.clock.wall();
    if (access.isToken || nowMs - access.toldUseMs < TELL_USE_MS) return;
    if (access.problem !== undefined) return;
    access.toldUseMs = nowMs;
    const failed = (error: unknown) =>
      this.#options.log.debug("use of a key was not noted", { error: describeThrown(error) });
    try {
      const told = this.#options.store.touchKey(hash, nowMs);
      if (told instanceof Promise) told.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #orAway(find: () => Authenticated): Authenticated {
    const failed = (error: unknown): Problem => {
      if (!(error instanceof GomcpError)) throw error;
      this.#options.log.error("state store is away", { error: describeThrown(error) });
      return away();
    };
    try {
      const found = find();
      return found instanceof Promise ? found.catch(failed) : found;
    } catch (error) {
      return failed(error);
    }
  }
}
