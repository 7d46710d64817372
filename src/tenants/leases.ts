/**
 * What this process has leased of the store's quotas, so that a call needs no look at the store.
 *
 * A lease of calls or bytes is debited in the store when it is taken: whatever becomes of the
 * process, the limit holds. It begins with one call and doubles each time it is used up, to a 64th
 * of the quota at most; a batch takes what it needs, and gives back at once what it did not. What
 * nobody used for a second goes back. So a process that is killed takes with it one lease at most,
 * less than it has used itself, and what batches had ahead of them. That rest does not come back when it is found out: the
 * calls it was for may have run, and nobody is left who knows. Only what cannot have been used may
 * be given twice. The slots of concurrency do come back, when they expire: no call runs in a process
 * that is gone, and one that was only stopped for so long takes new ones before it goes on.
 */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import { Holders } from "./holders.ts";
import { counterOf, type QuotaWindow } from "./quota_window.ts";
import type { MaybePromise, StateStore } from "./state_store.ts";
import type { StoreHealth } from "./store_health.ts";
import type { TenantState } from "./tenant_state.ts";
import { then } from "./then.ts";

export interface LeasesOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Names this process among those that share the store. */
  readonly owner: string;
  readonly health: StoreHealth;
}

/** Tenants that are settled at once; with more, the looks of a tick are spread over its time. */
const SETTLED_AT_ONCE = 256;

export class Leases {
  readonly #options: LeasesOptions;
  /** Those that have something of the store's. */
  readonly #holders = new Holders();
  #cancelTick: CancelTimer | undefined;
  #closed = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** Tenants of which this process has something in hand. */
  get size(): number {
    return this.#holders.size;
  }

  /**
   * Fills what is in hand up to a lease of calls, or up to `needed` if that is more. Where fewer are
   * left than are needed nothing is taken: others may need them. Gives how many are given out in all.
   */
  takeCalls(state: TenantState, needed: number, window: QuotaWindow): MaybePromise<number> {
    const limit = state.plan.maxCalls;
    const most = blockOf(limit, LIMITS.quotaBlockMax);
    const want = Math.max(callsBlock(state), needed) - state.calls;
    const counter = counterOf(state, "calls", window);
    const answer = this.#options.store.take(counter, limit, want, leastOf(needed - state.calls));
    // Who is waited for is asked early, but only for tenants whose leases have grown: what is in hand
    // stays less than what was used. Where little was left, nobody asks for it again and again.
    const low = answer instanceof Promise && state.lease >= most ? most >> 2 : 0;
    return then(answer, ({ granted, taken }) => {
      if (isStill(state, window)) {
        state.calls += granted;
        state.low = granted === want ? low : 0;
        if (granted > 0) this.#grew(state);
      }
      return taken;
    });
  }

  /** The same for bytes. */
  takeBytes(state: TenantState, needed: number, window: QuotaWindow): MaybePromise<number> {
    const limit = state.plan.maxBytes;
    const want = Math.max(bytesBlock(state), needed) - state.bytes;
    const counter = counterOf(state, "bytes", window);
    const answer = this.#options.store.take(counter, limit, want, leastOf(needed - state.bytes));
    return then(answer, ({ granted, taken }) => {
      if (isStill(state, window)) {
        state.bytes += granted;
        if (granted > 0) this.#grew(state);
      }
      return taken;
    });
  }

  /**
   * Gives back at once what is in hand beyond a lease, as after a batch that did not run, and debits
   * what results have taken beyond what was in hand: others must know before they admit more.
   */
  balance(state: TenantState): void {
    const { clock, health } = this.#options;
    const window = state.plan.windows.at(clock.wall());
    if (state.window !== window.index || health.isAway) return;
    const calls = Math.max(0, state.calls - callsBlock(state));
    // One byte of a debt stays here: with it the next call, even of none, asks what is left.
    const bytes = state.bytes < 0 ? state.bytes + 1 : Math.max(0, state.bytes - bytesBlock(state));
    state.calls -= calls;
    state.bytes -= bytes;
    const failed = (error: unknown) => health.noteFailure(error);
    try {
      const told = [this.#return(state, "calls", calls, window)];
      told.push(this.#return(state, "bytes", bytes, window));
      for (const each of told) if (each instanceof Promise) each.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Makes the slots that this process has `want`, or as many as there are. */
  holdSlots(state: TenantState, want: number): MaybePromise<void> {
    const { store, owner, clock } = this.#options;
    const nowMs = clock.wall();
    const holder = { tenant: state.id, owner, ttlMs: LIMITS.slotTtlMs };
    // Without a limit (any more) there is nothing to hold.
    const limit = Math.min(state.plan.maxConcurrent, LIMITS.workersMax);
    return then(store.holdSlots(holder, limit, want, nowMs), (held) => {
      // From before the store was asked: it holds them for longer than this process believes.
      state.holdSlots(held, nowMs + LIMITS.slotTtlMs);
      if (held > 0) this.hold(state);
    });
  }

  /** Looks after what a tenant has here, until it has nothing. */
  hold(state: TenantState): void {
    this.#holders.add(state);
    if (this.#cancelTick === undefined && !this.#closed) this.#scheduleTick();
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTick?.();
    while (this.#holders.size > 0) {
      const due = this.#holders.take(SETTLED_AT_ONCE);
      const failures: unknown[] = [];
      const settle = async (state: TenantState) => {
        if (failures.length > 0) return;
        await this.#settle(state, 0, false, (error) => void failures.push(error));
      };
      await Promise.all(due.map(settle));
      if (failures.length === 0) continue;
      const error = describeThrown(failures[0]);
      return this.#options.log.warn("quota could not be given back", { error });
    }
  }

  #grew(state: TenantState): void {
    state.growLease();
    this.hold(state);
  }

  #scheduleTick(): void {
    const part = Math.min(1, SETTLED_AT_ONCE / this.#holders.size);
    this.#cancelTick = this.#options.clock.after(LIMITS.quotaTickMs * part, async () => {
      await this.#tick();
      this.#cancelTick = undefined;
      if (this.#holders.size > 0 && !this.#closed) this.#scheduleTick();
    });
  }

  /** Gives back what nobody has used for a while, and renews what is in use. */
  async #tick(): Promise<void> {
    if (this.#options.health.isAway) return;
    const due = this.#holders.take(SETTLED_AT_ONCE);
    await Promise.all(due.map((state) => this.#look(state)));
    for (const state of due) if (!state.isIdle) this.#holders.add(state);
  }

  async #look(state: TenantState): Promise<void> {
    const { health } = this.#options;
    // A file that is locked holds the process up at each try.
    if (health.isAway) return;
    const { touched } = state;
    state.touched = false;
    // Who calls no more as often as before needs no more as much.
    if (touched) state.shrinkLease();
    else state.resetLease();
    const slots = touched ? state.slots : state.running;
    await this.#settle(state, slots, touched, (error) => health.noteFailure(error));
  }

  /**
   * Gives calls and bytes back unless they are `kept`, and holds so many slots. A failure is told in
   * the same turn where the store has it at once, so that the next tenant's is not tried in vain.
   */
  async #settle(
    state: TenantState,
    slots: number,
    kept: boolean,
    onFailure: (error: unknown) => void,
  ): Promise<void> {
    const window = state.plan.windows.at(this.#options.clock.wall());
    if (state.window !== window.index) enter(state, window);
    const { calls, bytes } = state;
    try {
      if (calls > 0 && !kept) {
        state.calls = 0;
        state.low = 0;
        await this.#return(state, "calls", calls, window);
      }
      if (bytes < 0 || (bytes > 0 && !kept)) {
        state.bytes = 0;
        await this.#return(state, "bytes", bytes, window);
      }
      if (state.slots > 0) await this.holdSlots(state, slots);
    } catch (error) {
      onFailure(error);
    }
  }

  /** Below 0 it is a debt. */
  #return(
    state: TenantState,
    unit: "calls" | "bytes",
    amount: number,
    window: QuotaWindow,
  ): MaybePromise<unknown> {
    if (amount === 0) return;
    const { store } = this.#options;
    const counter = counterOf(state, unit, window);
    return amount > 0
      ? store.giveBack(counter, amount)
      : store.take(counter, Number.MAX_SAFE_INTEGER, -amount);
  }
}

/** Goes on to another period: what was left of the old one is worth nothing in it. */
export function enter(state: TenantState, window: QuotaWindow): void {
  state.window = window.index;
  state.calls = 0;
  state.low = 0;
  state.bytes = 0;
}

/** What was granted for a period that has ended meanwhile is not for the next one. */
function isStill(state: TenantState, window: QuotaWindow): boolean {
  return state.window === window.index;
}

function callsBlock({ lease, plan }: TenantState): number {
  return Math.min(lease, blockOf(plan.maxCalls, LIMITS.quotaBlockMax));
}

function bytesBlock({ lease, plan }: TenantState): number {
  const grown = lease * (LIMITS.quotaBytesBlockMax / LIMITS.quotaBlockMax);
  return Math.min(grown, blockOf(plan.maxBytes, LIMITS.quotaBytesBlockMax));
}

/** Who needs nothing takes what there is. */
function leastOf(lacking: number): number {
  return Math.max(1, lacking);
}

/** Small quotas go in small blocks: what one process holds, another cannot use. */
function blockOf(limit: number, max: number): number {
  return Math.max(1, Math.min(max, Math.floor(limit / 64)));
}
