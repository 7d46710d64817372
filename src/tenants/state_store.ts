/** The port to what processes and machines share: tenants, keys, and what was used of quotas. */
import type { MaybePromise } from "../base/maybe_promise.ts";
import type { KeyRecord } from "./api_key.ts";
import type { RateCells, RateTaken } from "./rate_cells.ts";
import type { Tenant } from "./tenant.ts";

export type { MaybePromise };

/** What is counted for a tenant in one period. */
export interface Counter {
  /** The tenant. */
  readonly tenant: string;
  /** What is counted. */
  readonly unit: "calls" | "bytes";
  /** The period: its kind and where it begins, such as "day:20779". */
  readonly window: string;
  /** When the period ends, in milliseconds since 1970; the counter may be forgotten a day later. */
  readonly endsMs: number;
}

/** What became of a wish for a part of a quota. */
export interface Taken {
  /** How much of the wish was granted. */
  readonly granted: number;
  /** How much is given out in all, after it. */
  readonly taken: number;
}

/** Whose slots of a tenant's concurrency they are, and how long they hold unless they are renewed. */
export interface SlotHolder {
  /** The tenant. */
  readonly tenant: string;
  /** The process. */
  readonly owner: string;
  /** So long from now on they are held, in milliseconds, should the process be gone. */
  readonly ttlMs: number;
}

/** Told when a tenant or its keys have changed; without an id, any may have. */
export type ChangeListener = (tenant: string | undefined) => void;

/** Told why changes cannot be seen now, perhaps again and again; undefined once they can be. */
export type FaultListener = (error: unknown) => void;

/**
 * What several processes share. Every method is one transaction: it happens whole or not at all,
 * whatever others do meanwhile. They throw, or reject with, a GomcpError `overloaded` when the store
 * is away.
 */
export interface StateStore {
  /** Where it is, without secrets, for messages. */
  readonly location: string;

  /** Adds a tenant, and its first key with it; false when there is one of that id. */
  createTenant(tenant: Tenant, key?: KeyRecord): MaybePromise<boolean>;
  /** Puts a tenant in the place of its `version - 1`; false when that is not what the store has. */
  replaceTenant(tenant: Tenant): MaybePromise<boolean>;
  /** Removes a tenant, its keys and its counters; false when there was none. */
  deleteTenant(id: string): MaybePromise<boolean>;
  /** The tenant of this id. */
  getTenant(id: string): MaybePromise<Tenant | undefined>;
  /** Up to `max` tenants in the order of their ids, those after `after`. */
  listTenants(after: string, max: number): MaybePromise<readonly Tenant[]>;

  /** Adds a key; false when its tenant is gone, or has a key of that name. */
  addKey(key: KeyRecord): MaybePromise<boolean>;
  /** The key of this hash. */
  findKey(hash: string): MaybePromise<KeyRecord | undefined>;
  /** The keys of a tenant, in the order of their creation. */
  listKeys(tenant: string): MaybePromise<readonly KeyRecord[]>;
  /** Removes a key by its id; false when the tenant has none. */
  deleteKey(tenant: string, id: string): MaybePromise<boolean>;
  /** Notes that a key was used. Tells no listener. */
  touchKey(hash: string, usedMs: number): MaybePromise<void>;

  /**
   * Grants up to `want`, as far as no more than `limit` are given out; nothing where that leaves
   * fewer than `least`. @default 1
   */
  take(counter: Counter, limit: number, want: number, least?: number): MaybePromise<Taken>;
  /** Takes back what was not used. */
  giveBack(counter: Counter, amount: number): MaybePromise<void>;
  /** How much is given out. */
  readCounter(counter: Counter): MaybePromise<number>;
  /**
   * Makes the holder's slots `want`, or as many as `limit` leaves beside those of others, and
   * renews them; gives how many it has. 0 gives all back. Time is the store's own where several
   * machines share it, else `nowMs`, in milliseconds since 1970.
   */
  holdSlots(
    holder: SlotHolder,
    limit: number,
    want: number,
    nowMs: number,
  ): MaybePromise<number>;
  /** How many slots of a tenant are held; time is as in `holdSlots`. */
  readSlots(tenant: string, nowMs: number): MaybePromise<number>;

  /**
   * Grants up to `most` calls at the tenant's rate, none where fewer than `least` may come now
   * (`takeCells` says it exactly). Time is the store's own where several machines share it, else
   * `nowMs`, in milliseconds since 1970.
   */
  takeRate(
    tenant: string,
    rate: RateCells,
    least: number,
    most: number,
    nowMs: number,
  ): MaybePromise<RateTaken>;

  /** Tells of changes that others make, within a second, until the returned function is called. */
  watch(onChange: ChangeListener, onFault?: FaultListener): MaybePromise<() => void>;
  /** Resolves when the store takes writes, which is tried by a small one. */
  ping(): MaybePromise<void>;
  /** Lets go of it. May be called twice. */
  close(): MaybePromise<void>;
}
