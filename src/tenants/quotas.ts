/** Counts what tenants use: out of leases that this process has, without asking for each call. */
import type { Clock } from "../base/clock.ts";
import type { Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { Decision } from "../pipeline/outcome.ts";
import type { CoarseClock } from "./coarse_clock.ts";
import { enter, Leases } from "./leases.ts";
import type { QuotaWindow } from "./quota_window.ts";
import { away, concurrencyFull, quotaUsedUp, tooManyInBatch } from "./refusals.ts";
import type { MaybePromise, StateStore } from "./state_store.ts";
import type { StateFailure, StoreHealth } from "./store_health.ts";
import type { TenantState } from "./tenant_state.ts";
import { then } from "./then.ts";

export interface QuotasOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFailure: StateFailure;
  /** Names this process among those that share the store. */
  readonly owner: string;
  readonly health: StoreHealth;
  /** For periods: a call of their last moment may count as one of the moment before. */
  readonly coarse: CoarseClock;
}

/** What is wished for. */
interface Wish {
  readonly calls: number;
  readonly bytes: number;
  readonly slots: number;
}

const NOTHING: Wish = { calls: 0, bytes: 0, slots: 0 };

/** Why the store was asked in vain, for so long as that is believed. */
interface Empty {
  readonly untilMs: number;
  readonly wish: Wish;
  readonly problem: Problem;
}

export class Quotas {
  readonly #clock: Clock;
  readonly #coarse: CoarseClock;
  readonly #onFailure: StateFailure;
  readonly #health: StoreHealth;
  readonly #leases: Leases;
  readonly #empty = new Map<TenantState, Empty>();
  /** Questions to the store that are open; others wait for the same answer. */
  readonly #asking = new Map<TenantState, Promise<Decision>>();

  constructor(options: QuotasOptions) {
    this.#clock = options.clock;
    this.#coarse = options.coarse;
    this.#onFailure = options.onFailure;
    this.#health = options.health;
    this.#leases = new Leases(options);
  }

  /** False while the store does not answer. */
  get isReady(): boolean {
    return !this.#health.isAway;
  }

  /** Debits one call, which begins to run unless it is refused; `release` is due at its end. */
  admit(state: TenantState, bytes: number): MaybePromise<Decision> {
    return this.#debit(state, 1, bytes, 1);
  }

  /** Lets a call of a batch run that was debited with it. */
  admitPaid(state: TenantState, bytes: number): MaybePromise<Decision> {
    return this.#debit(state, 0, bytes, 1);
  }

  /** Debits calls that do not run yet: all of them or none. */
  reserve(state: TenantState, calls: number): MaybePromise<Decision> {
    return this.#debit(state, calls, 0, 0);
  }

  /** Debits a batch whole or not at all, with one slot at least; `release` is due for it at its end. */
  admitBatch(state: TenantState, calls: number, bytes: number): MaybePromise<Decision> {
    return this.#debit(state, calls, bytes, 1);
  }

  /** Tenants of whose quotas this process has something in hand. */
  get leases(): number {
    return this.#leases.size;
  }

  /** Takes up to `most` more slots, as many as there are; gives how many. They are to be released. */
  widen(state: TenantState, most: number): MaybePromise<number> {
    const take = () => {
      const free = state.plan.countsRunning ? state.slots - state.running : most;
      const taken = Math.max(0, Math.min(most, free));
      state.running += taken;
      return taken;
    };
    const isEnough = !state.plan.countsRunning || state.slots - state.running >= most;
    if (isEnough || this.#health.isAway || this.#asking.has(state)) return take();
    const want = Math.min(state.plan.maxConcurrent, state.running + most);
    const asked = this.#ask(
      state,
      NOTHING,
      () => then(this.#leases.holdSlots(state, want), () => undefined),
    );
    return then(asked, take);
  }

  /** Says whether a batch is too large. */
  checkBatch(state: TenantState, size: number): Decision {
    const { maxBatch } = state.plan;
    return size > maxBatch ? tooManyInBatch(size, maxBatch) : undefined;
  }

  /** So many calls have ended that were admitted. */
  release(state: TenantState, calls = 1): void {
    state.running = Math.max(0, state.running - calls);
  }

  /** Calls that were debited to a period never ran; to another period nothing is given. */
  refund(state: TenantState, calls: number, bytes: number, window: number): void {
    if (state.window !== window || !state.plan.metered || state.gone) return;
    if (state.plan.countsCalls) state.calls += calls;
    if (state.plan.countsBytes) state.bytes += bytes;
    this.#leases.hold(state);
    this.#empty.delete(state);
    if (calls > 1) this.#leases.balance(state);
  }

  /** Debits what a result has taken, which nobody knew before. */
  debitBytes(state: TenantState, bytes: number): void {
    if (!state.plan.countsBytes) return;
    state.bytes -= bytes;
    this.#leases.hold(state);
    if (state.bytes < 0) this.#leases.balance(state);
  }

  /** Calls that this process has for a tenant and has not used. */
  heldCalls(state: TenantState): number {
    return state.window === this.#windowOf(state).index ? state.calls : 0;
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    this.#health.close();
    this.#coarse.close();
    await Promise.allSettled(this.#asking.values());
    await this.#leases.close();
  }

  /** By three numbers, not one object: this is what every call goes through. */
  #debit(state: TenantState, calls: number, bytes: number, slots: number): MaybePromise<Decision> {
    const { plan } = state;
    if (!plan.metered) return undefined;
    const window = plan.windows.at(this.#coarse.wall());
    if (state.window !== window.index) enter(state, window);
    if (
      (plan.countsCalls && state.calls < calls) ||
      (plan.countsBytes && state.bytes < bytes) ||
      (plan.countsRunning && slots > 0 && this.#lacksSlots(state, slots))
    ) return this.#debitAfterAsking(state, { calls, bytes, slots }, window);
    if (!state.touched) state.touched = true;
    if (plan.countsCalls) state.calls -= calls;
    if (plan.countsBytes) state.bytes -= bytes;
    // Without a limit as well: when one is set meanwhile, these calls do not end in place of others.
    state.running += slots;
    if (state.calls < state.low) this.#refill(state, window);
    return undefined;
  }

  #debitWish(state: TenantState, { calls, bytes, slots }: Wish): MaybePromise<Decision> {
    return this.#debit(state, calls, bytes, slots);
  }

  #debitAfterAsking(
    state: TenantState,
    wish: Wish,
    window: QuotaWindow,
  ): MaybePromise<Decision> {
    const open = this.#asking.get(state);
    // Whatever the other has got: perhaps it is enough for this one, too.
    if (open !== undefined) return open.then(() => this.#debitWish(state, wish));
    // Nobody is asked again at once for what is used up, nor a store that is away.
    if (this.#health.isAway) return this.#onAway(state, wish) ?? this.#debitWish(state, wish);
    const refusal = this.#knownRefusal(state, wish);
    if (refusal !== undefined) return refusal;
    const asked = this.#ask(state, wish, () => this.#askFirst(state, wish, window));
    if (!(asked instanceof Promise)) return asked ?? this.#debitWish(state, wish);
    return asked.then((problem) => problem ?? this.#debitWish(state, wish));
  }

  /** Asks for the next calls while there are some left. */
  #refill(state: TenantState, window: QuotaWindow): void {
    state.low = 0;
    if (this.#health.isAway || this.#asking.has(state) || state.lease <= state.calls) return;
    this.#ask(
      state,
      NOTHING,
      () => then(this.#leases.takeCalls(state, 0, window), () => undefined),
    );
  }

  #knownRefusal(state: TenantState, wish: Wish): Decision {
    const empty = this.#empty.get(state);
    if (empty === undefined) return undefined;
    if (this.#clock.now() >= empty.untilMs) {
      this.#empty.delete(state);
      return undefined;
    }
    const isLess = wish.calls < empty.wish.calls || wish.bytes < empty.wish.bytes ||
      wish.slots < empty.wish.slots;
    return isLess ? undefined : empty.problem;
  }

  /** Undefined when there is enough then, or nobody knows. While it is open others wait for it. */
  #ask(
    state: TenantState,
    wish: Wish,
    action: () => MaybePromise<Decision>,
  ): MaybePromise<Decision> {
    const onFailure = (error: unknown): Decision => {
      this.#health.noteFailure(error);
      return this.#onAway(state, wish);
    };
    try {
      const answer = action();
      if (!(answer instanceof Promise)) return answer;
      const settled = answer.catch(onFailure).finally(() => this.#asking.delete(state));
      this.#asking.set(state, settled);
      return settled;
    } catch (error) {
      return onFailure(error);
    }
  }

  /** Asks for the first thing that is lacking. */
  #askFirst(state: TenantState, wish: Wish, window: QuotaWindow): MaybePromise<Decision> {
    const { plan } = state;
    // What was taken for a period that has ended meanwhile is no refusal for the next one.
    const isOver = () => state.window !== window.index;
    const usedUp = (unit: "calls" | "bytes", used: number) =>
      this.#refuse(state, wish, quotaUsedUp(plan, unit, used, window, this.#clock.wall()));
    if (plan.countsCalls && state.calls < wish.calls) {
      return then(this.#leases.takeCalls(state, wish.calls, window), (taken) => {
        if (isOver() || state.calls >= wish.calls) return undefined;
        return usedUp("calls", taken - state.calls);
      });
    }
    if (plan.countsBytes && state.bytes < wish.bytes) {
      return then(this.#leases.takeBytes(state, wish.bytes, window), (taken) => {
        if (isOver() || state.bytes >= wish.bytes) return undefined;
        return usedUp("bytes", taken - state.bytes);
      });
    }
    const limit = plan.maxConcurrent;
    const more = state.running + wish.slots > state.slots ? Math.max(1, Math.floor(limit / 16)) : 0;
    const want = Math.min(limit, state.slots + more);
    return then(this.#leases.holdSlots(state, want), () => {
      if (state.running + wish.slots <= state.slots) return undefined;
      return this.#refuse(state, wish, concurrencyFull(limit));
    });
  }

  /** Also those that were held for too long: by now others may have them. */
  #lacksSlots(state: TenantState, slots: number): boolean {
    return state.running + slots > state.slots || this.#clock.wall() >= state.slotsUntilMs;
  }

  #refuse(state: TenantState, wish: Wish, problem: Problem): Problem {
    this.#leases.balance(state);
    if (this.#empty.size >= LIMITS.accessesMax) this.#empty.clear();
    const untilMs = this.#clock.now() + LIMITS.quotaEmptyMs;
    this.#empty.set(state, { untilMs, wish, problem });
    return problem;
  }

  /** Undefined when there is enough of everything then. */
  #onAway(state: TenantState, wish: Wish): Decision {
    if (this.#onFailure === "refuse") return away();
    // Let through uncounted: an operator has said so.
    const { plan } = state;
    if (plan.countsCalls) state.calls = Math.max(state.calls, wish.calls);
    if (plan.countsBytes) state.bytes = Math.max(state.bytes, wish.bytes);
    if (plan.countsRunning) {
      const slots = Math.max(state.slots, state.running + wish.slots);
      state.holdSlots(slots, this.#clock.wall() + LIMITS.slotTtlMs);
    }
    return undefined;
  }

  #windowOf(state: TenantState): QuotaWindow {
    return state.plan.windows.at(this.#coarse.wall());
  }
}
