/** The tenants and credentials that this process has seen, kept as the store has them. */
import type { Clock } from "../base/clock.ts";
import { describeThrown, GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import { DEFAULT_TENANT } from "../pipeline/call.ts";
import { hashKey, isKeyText, isSameHash, type KeyRecord } from "./api_key.ts";
import { AccessCache } from "./access_cache.ts";
import { ChangeWatch } from "./change_watch.ts";
import { away, unauthenticated } from "./refusals.ts";
import { Rereader } from "./rereader.ts";
import type { MaybePromise, StateStore } from "./state_store.ts";
import type { Tenant } from "./tenant.ts";
import { type Authenticated, type Grant, NOBODY, TenantAccess } from "./tenant_access.ts";
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
  /** Told the tenant whose rule is another one now. */
  readonly onRule: (tenant: string) => void;
}

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #known: TenantTable;
  readonly #watch: ChangeWatch;
  /** Those without a credential, by tenant. */
  readonly #plain = new Map<string, TenantAccess>();
  readonly #accesses = new AccessCache();
  readonly #rereader: Rereader;
  /** Counts what was told of changes: what was read before one may be old. */
  #changes = 0;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#known = options.known;
    const { store, clock, log } = options;
    this.#watch = new ChangeWatch({ store, clock, log, onChange: (id) => this.#onChange(id) });
    this.#rereader = new Rereader({ clock, log, read: (id) => this.#reload(id) });
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
    this.#watch.close();
    this.#rereader.close();
  }

  /** The tenant's state; `default` always is, others only when the store has them. */
  state(id: string): TenantState | undefined | Promise<TenantState | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known.gone ? undefined : known;
    const loaded = this.#load(() => this.#options.store.getTenant(id), (tenant) => {
      const exists = tenant !== undefined || id === DEFAULT_TENANT;
      return exists ? this.#keep(id, tenant) : undefined;
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

  /** Known already; its `problem` says whether it is good for something now. */
  cached(secret: string): TenantAccess | undefined {
    const hash = hashKey(secret);
    const access = this.#accesses.use(hash);
    if (access !== undefined) this.#tellUse(access, hash);
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
          if (before === this.#changes) this.#accesses.add(hash, access);
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
    return then(this.#options.store.getTenant(id), (tenant) => {
      this.#takeOver(id, tenant);
      return this.state(id);
    });
  }

  /** An access by a token that was checked elsewhere. */
  byGrant(tenant: string, hash: string, grant: Grant): Authenticated {
    return this.#orAway(() =>
      then(this.state(tenant), (state) => {
        if (state === undefined) return unauthenticated("The credential's tenant does not exist");
        const access = new TenantAccess(state, grant, this.#options);
        this.#accesses.add(hash, access);
        return access.problem ?? access;
      })
    );
  }

  /** An access that somebody else has proven, such as by a certificate. */
  named(tenant: string, credential: string): Authenticated {
    // No hash of a credential that a client could send.
    const name = `named ${tenant} ${credential}`;
    const known = this.#accesses.get(name);
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
    const used = new Set([...this.#accesses.all(), ...this.#plain.values()].map((a) => a.state));
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
    if (tenant !== undefined) return this.#rereader.add(tenant);
    // Those first whose callers would go on by what is not true any more.
    this.#rereader.addAll([...this.#accesses.tenants(), ...this.#plain.keys()]);
    this.#rereader.addAll(this.#known.ids());
  }

  async #reload(id: string): Promise<void> {
    if (this.#known.get(id) === undefined) return;
    const { store } = this.#options;
    this.#takeOver(id, await store.getTenant(id));
    for (const [hash, access] of this.#accesses.ofTenant(id)) {
      if (access.isToken) continue;
      const key = await store.findKey(hash);
      access.update(key && grantOf(key));
      if (key === undefined) this.#accesses.delete(hash);
    }
    if (this.#known.get(id)?.gone === true) this.#forget(id);
  }

  /** Takes over what the store has of a tenant now; it may be another one of the same id. */
  #takeOver(id: string, tenant: Tenant | undefined): void {
    const state = this.#known.get(id);
    if (state === undefined) return;
    const { text } = state.rule;
    if (tenant === undefined || !state.isOther(tenant)) {
      state.apply(tenant, tenant !== undefined || id === DEFAULT_TENANT);
    } else this.#replace(state, tenant);
    if (this.#known.get(id)?.rule.text !== text) this.#options.onRule(id);
  }

  #replace(state: TenantState, tenant: Tenant): void {
    const { id } = tenant;
    // Calls that run are the old one's to the end.
    state.apply(undefined, false);
    const next = this.#keep(id, tenant);
    this.#plain.get(id)?.moveTo(next);
    // Keys have gone with their tenant; a token and a name are good for whatever tenant has this id.
    for (const [, access] of this.#accesses.ofTenant(id)) if (access.isToken) access.moveTo(next);
  }

  #forget(id: string): void {
    this.#plain.delete(id);
    for (const [hash] of this.#accesses.ofTenant(id)) this.#accesses.delete(hash);
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

function grantOf({ id, scopes, expiresMs }: KeyRecord): Grant {
  return { credential: id, scopes, expiresMs };
}
