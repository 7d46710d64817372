/** The tenants and credentials that this process has seen, kept as the store has them. */
import { timingSafeEqual } from "node:crypto";
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown, GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import { DEFAULT_TENANT } from "../pipeline/call.ts";
import { hashKey, isKeyText, type KeyRecord } from "./api_key.ts";
import { away, unauthenticated } from "./refusals.ts";
import type { StateStore } from "./state_store.ts";
import { type Authenticated, type Grant, NOBODY, TenantAccess } from "./tenant_access.ts";
import { TenantState } from "./tenant_state.ts";

/** Uses of a key are told to the store no more often than this. */
const TELL_USE_MS = 60_000;
/** Changes of tenants that may come while a key is looked up. */
const LOOK_UPS_MAX = 3;

export interface DirectoryOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #states = new Map<string, TenantState>();
  /** Those without a credential, by tenant. */
  readonly #plain = new Map<string, TenantAccess>();
  /** By the credential's hash, the one used last at the end. */
  readonly #byHash = new Map<string, TenantAccess>();
  /** Counts what was told of changes: what was read before one may be old. */
  #changes = 0;
  #stopWatching: (() => void) | undefined;
  /** Tenants that have changed and could not be read. */
  readonly #unread = new Set<string>();
  #cancelRetry: CancelTimer | undefined;
  #closed = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Learns of changes from now on. */
  async watch(): Promise<void> {
    const stop = await this.#options.store.watch((tenant) => this.#onChange(tenant));
    if (this.#closed) stop();
    else this.#stopWatching = stop;
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching?.();
    this.#cancelRetry?.();
  }

  /** The tenant's state; `default` always is, others only when the store has them. */
  state(id: string): TenantState | undefined | Promise<TenantState | undefined> {
    const known = this.#states.get(id);
    if (known !== undefined) return known.gone ? undefined : known;
    const loaded = this.#load(() => this.#options.store.getTenant(id), (tenant) => {
      const exists = tenant !== undefined || id === DEFAULT_TENANT;
      return exists ? this.#keep(new TenantState(id, tenant, true)) : undefined;
    });
    return loaded;
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
    if (key === undefined || !isSame(key.hash, hash)) {
      return unauthenticated("The API key is not valid");
    }
    return then(this.state(key.tenant), (state) => {
      if (state === undefined) return unauthenticated("The API key is not valid");
      return new TenantAccess(state, grantOf(key), this.#options);
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

  #keep(state: TenantState): TenantState {
    const known = this.#states.get(state.id);
    if (known !== undefined && !known.gone) return known;
    if (this.#states.size >= LIMITS.tenantsCountedMax) this.#forgetIdle();
    this.#states.set(state.id, state);
    return state;
  }

  #forgetIdle(): void {
    const used = new Set([...this.#byHash.values(), ...this.#plain.values()].map((a) => a.state));
    for (const [id, state] of this.#states) {
      if (state.isIdle && !used.has(state)) this.#states.delete(id);
    }
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
    const ids = tenant === undefined ? [...this.#states.keys()] : [tenant];
    for (const id of ids) this.#reload(id);
  }

  async #reload(id: string): Promise<void> {
    const state = this.#states.get(id);
    if (state === undefined) return;
    try {
      const { store } = this.#options;
      const tenant = await store.getTenant(id);
      state.apply(tenant, tenant !== undefined || id === DEFAULT_TENANT);
      for (const [hash, access] of this.#byHash) {
        if (access.tenant !== id || access.isToken) continue;
        const key = await store.findKey(hash);
        access.update(key && grantOf(key));
        if (key === undefined) this.#byHash.delete(hash);
      }
      if (state.gone) this.#forget(id);
    } catch (error) {
      this.#options.log.warn("tenant could not be read anew", { error: describeThrown(error) });
      this.#reloadLater(id);
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
    const state = this.#states.get(id);
    if (state?.isIdle === true || state?.gone === true) this.#states.delete(id);
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

function grantOf({ id, scopes, expiresMs }: KeyRecord): Grant {
  return { credential: id, scopes, expiresMs };
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(bytes(a), bytes(b));
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function then<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
