/**
 * What this process has leased of the store's quotas, so that a call needs no look at the store.
 *
 * A lease of calls or bytes is debited in the store when it is taken: whatever becomes of the
 * process, the limit holds. It begins with one call and doubles each time it is used up, to a 64th
 * of the quota at most; what nobody used for a second goes back. So a process that is killed takes
 * with it less than it has used itself. That rest does not come back when it is found out: the
 * calls it was for may have run, and nobody is left who knows. Only what cannot have been used may
 * be given twice. The slots of concurrency do come back, when they expire: no call runs in a process
 * that is gone, and one that was only stopped for so long takes new ones before it goes on.
 */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { QuotaWindow } from "./quota_window.ts";
import type { Counter, MaybePromise, StateStore } from "./state_store.ts";
import type { StoreHealth } from "./store_health.ts";
import type { TenantState } from "./tenant_state.ts";

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
  readonly #holders = new Set<TenantState>();
  #cancelTick: CancelTimer | undefined;
  #closed = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /**
   * Fills what is in hand up to a lease of calls, or up to `needed` if that is more; gives how many
   * are given out in all.
   */
  takeCalls(state: TenantState, needed: number, window: QuotaWindow): MaybePromise<number> {
    const limit = state.plan.maxCalls;
    const most = blockOf(limit, LIMITS.quotaBlockMax);
    const want = Math.max(Math.min(state.lease, most), needed) - state.calls;
    const counter = counterOf(state, "calls", window);
    const answer = this.#options.store.take(counter, limit, want);
    // Who is waited for is asked early, but only for tenants whose leases have grown: what is in hand
    // stays less than what was used. Where little was left, nobody asks for it again and again.
    const low = answer instanceof Promise && state.lease >= most ? most >> 2 : 0;
    return then(answer, ({ granted, taken }) => {
      if (isStill(state, window)) {
        state.calls += granted;
        state.low = granted === want ? low : 0;
        this.#grew(state);
      }
      return taken;
    });
  }

  /** The same for bytes. */
  takeBytes(state: TenantState, needed: number, window: QuotaWindow): MaybePromise<number> {
    const limit = state.plan.maxBytes;
    const grown = state.lease * (LIMITS.quotaBytesBlockMax / LIMITS.quotaBlockMax);
    const block = Math.min(grown, blockOf(limit, LIMITS.quotaBytesBlockMax));
    const want = Math.max(block, needed) - state.bytes;
    const counter = counterOf(state, "bytes", window);
    return then(this.#options.store.take(counter, limit, want), ({ granted, taken }) => {
      if (isStill(state, window)) {
        state.bytes += granted;
        this.#grew(state);
      }
      return taken;
    });
  }

  /** Makes the slots that this process has `want`, or as many as there are. */
  holdSlots(state: TenantState, want: number): MaybePromise<void> {
    const { store, owner, clock } = this.#options;
    const nowMs = clock.wall();
    const expiresMs = nowMs + LIMITS.slotTtlMs;
    const holder = { tenant: state.id, owner, expiresMs };
    // Without a limit (any more) there is nothing to hold.
    const limit = Math.min(state.plan.maxConcurrent, LIMITS.workersMax);
    return then(store.holdSlots(holder, limit, want, nowMs), (held) => {
      state.slots = held;
      state.slotsUntilMs = expiresMs;
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
      const due = this.#nextDue();
      for (const state of due) this.#holders.delete(state);
      try {
        await Promise.all(due.map((state) => this.#settle(state, 0, false)));
      } catch (error) {
        this.#options.log.warn("quota could not be given back", { error: describeThrown(error) });
        return;
      }
    }
  }

  #grew(state: TenantState): void {
    state.lease = Math.min(LIMITS.quotaBlockMax, state.lease * 2);
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
    const due = this.#nextDue();
    await Promise.all(due.map((state) => this.#look(state)));
    for (const state of due) {
      // To the end, so that the others have their turn.
      this.#holders.delete(state);
      if (!state.isIdle) this.#holders.add(state);
    }
  }

  async #look(state: TenantState): Promise<void> {
    const { touched } = state;
    state.touched = false;
    // Who calls no more as often as before needs no more as much.
    state.lease = touched ? Math.max(1, state.lease >> 1) : 1;
    try {
      await this.#settle(state, touched ? state.slots : state.running, touched);
    } catch (error) {
      this.#options.health.noteFailure(error);
    }
  }

  #nextDue(): TenantState[] {
    const due: TenantState[] = [];
    for (const state of this.#holders) {
      due.push(state);
      if (due.length === SETTLED_AT_ONCE) break;
    }
    return due;
  }

  /** Gives calls and bytes back unless they are `kept`, and holds so many slots. */
  async #settle(state: TenantState, slots: number, kept: boolean): Promise<void> {
    const { store, clock } = this.#options;
    const window = state.plan.windows.at(clock.wall());
    if (state.window !== window.index) enter(state, window);
    const { calls, bytes } = state;
    if (calls > 0 && !kept) {
      state.calls = 0;
      state.low = 0;
      await store.giveBack(counterOf(state, "calls", window), calls);
    }
    if (bytes < 0 || (bytes > 0 && !kept)) {
      state.bytes = 0;
      const counter = counterOf(state, "bytes", window);
      if (bytes > 0) await store.giveBack(counter, bytes);
      else await store.take(counter, Number.MAX_SAFE_INTEGER, -bytes);
    }
    if (state.slots > 0) await this.holdSlots(state, slots);
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

function counterOf(state: TenantState, unit: Counter["unit"], window: QuotaWindow): Counter {
  return { tenant: state.id, unit, window: window.name, endsMs: window.endsMs };
}

/** Small quotas go in small blocks: what one process holds, another cannot use. */
function blockOf(limit: number, max: number): number {
  return Math.max(1, Math.min(max, Math.floor(limit / 64)));
}

/** Goes on with a value at once, or with what a promise gives. */
export function then<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
