/** Counts what tenants use: out of blocks that this process has from the store, without asking for each call. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { Decision } from "../pipeline/outcome.ts";
import { type QuotaWindow, QuotaWindows } from "./quota_window.ts";
import { away, concurrencyFull, quotaUsedUp, tooFast, tooManyInBatch } from "./refusals.ts";
import type { Counter, MaybePromise, StateStore } from "./state_store.ts";
import type { TenantState } from "./tenant_state.ts";

/** What happens to calls while the store is away and what is held is used up. */
export type StateFailure = "refuse" | "allow";

export interface QuotasOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFailure: StateFailure;
  /** Names this process among those that share the store. */
  readonly owner: string;
}

/** What is wished for; one object a kind of wish, so that a check makes none. */
interface Wish {
  readonly calls: number;
  readonly bytes: number;
  readonly slots: number;
}

/** Why the store was asked in vain, for so long as that is believed. */
interface Empty {
  readonly untilMs: number;
  readonly wish: Wish;
  readonly problem: Problem;
}

const ONE_CALL: Wish = { calls: 1, bytes: 0, slots: 1 };
const PROBE_MS = 250;
/** Tenants that one tick looks at; with more, each has its turn later. */
const TICK_TENANTS_MAX = 10_000;

export class Quotas {
  readonly #options: QuotasOptions;
  readonly #windows = new QuotaWindows();
  /** Those that have something of the store's. */
  readonly #holders = new Set<TenantState>();
  readonly #empty = new Map<TenantState, Empty>();
  /** Questions to the store that are open; others wait for the same answer. */
  readonly #asking = new Map<TenantState, Promise<Decision>>();
  #cancelTick: CancelTimer | undefined;
  #cancelProbe: CancelTimer | undefined;
  #isAway = false;
  #closed = false;

  constructor(options: QuotasOptions) {
    this.#options = options;
  }

  /** False while the store does not answer. */
  get isReady(): boolean {
    return !this.#isAway;
  }

  /** Debits the tenant's rate by one call, or says when it is worth trying again. */
  checkRate(state: TenantState): Decision {
    const { plan } = state;
    if (plan.intervalMs === 0) return undefined;
    const nowMs = this.#options.clock.now();
    const tatMs = Math.max(state.tatMs, nowMs);
    // Rounding must not refuse the last call of a burst.
    const waitMs = tatMs - nowMs - plan.toleranceMs;
    if (waitMs > 1e-6) return tooFast(plan, waitMs);
    state.tatMs = tatMs + plan.intervalMs;
    return undefined;
  }

  /** Debits one call, which begins to run unless it is refused; `release` is due at its end. */
  admit(state: TenantState, bytes: number): MaybePromise<Decision> {
    if (!state.plan.metered) return undefined;
    return this.#debit(state, bytes === 0 ? ONE_CALL : { calls: 1, bytes, slots: 1 });
  }

  /** Lets a call of a batch run that was debited with it. */
  admitPaid(state: TenantState, bytes: number): MaybePromise<Decision> {
    if (!state.plan.metered) return undefined;
    return this.#debit(state, { calls: 0, bytes, slots: 1 });
  }

  /** Debits calls that do not run yet: all of them or none. */
  reserve(state: TenantState, calls: number): MaybePromise<Decision> {
    if (!state.plan.metered || calls === 0) return undefined;
    return this.#debit(state, { calls, bytes: 0, slots: 0 });
  }

  /** Says whether a batch is too large. */
  checkBatch(state: TenantState, size: number): Decision {
    const { maxBatch } = state.plan;
    return size > maxBatch ? tooManyInBatch(size, maxBatch) : undefined;
  }

  /** A call has ended that was admitted. */
  release(state: TenantState): void {
    if (state.running > 0) state.running--;
  }

  /** Calls that were debited to a period never ran; to another period nothing is given. */
  refund(state: TenantState, calls: number, bytes: number, window: number): void {
    if (state.window !== window || !state.plan.metered) return;
    if (state.plan.maxCalls !== Infinity) state.calls += calls;
    if (state.plan.maxBytes !== Infinity) state.bytes += bytes;
    this.#hold(state);
  }

  /** Debits what a result has taken, which nobody knew before. */
  debitBytes(state: TenantState, bytes: number): void {
    if (state.plan.maxBytes === Infinity) return;
    state.bytes -= bytes;
    this.#hold(state);
  }

  /** Calls that this process has for a tenant and has not used. */
  heldCalls(state: TenantState): number {
    return state.window === this.#windowOf(state).index ? state.calls : 0;
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTick?.();
    this.#cancelProbe?.();
    await Promise.allSettled(this.#asking.values());
    for (const state of [...this.#holders]) {
      try {
        await this.#settle(state, 0);
      } catch (error) {
        this.#options.log.warn("quota could not be given back", { error: describeThrown(error) });
        return;
      }
    }
  }

  #debit(state: TenantState, wish: Wish): MaybePromise<Decision> {
    const window = this.#windowOf(state);
    if (state.window !== window.index) roll(state, window);
    if (!this.#lacks(state, wish)) {
      const { plan } = state;
      state.touched = true;
      if (plan.maxCalls !== Infinity) state.calls -= wish.calls;
      if (plan.maxBytes !== Infinity) state.bytes -= wish.bytes;
      if (plan.maxConcurrent !== Infinity) state.running += wish.slots;
      return undefined;
    }
    return this.#debitAfterAsking(state, wish, window);
  }

  #lacks({ plan, calls, bytes, running, slots }: TenantState, wish: Wish): boolean {
    return (plan.maxCalls !== Infinity && calls < wish.calls) ||
      (plan.maxBytes !== Infinity && bytes < wish.bytes) ||
      (plan.maxConcurrent !== Infinity && running + wish.slots > slots && wish.slots > 0);
  }

  #debitAfterAsking(
    state: TenantState,
    wish: Wish,
    window: QuotaWindow,
  ): MaybePromise<Decision> {
    const open = this.#asking.get(state);
    // Whatever the other has got: perhaps it is enough for this one, too.
    if (open !== undefined) return open.then(() => this.#debit(state, wish));
    // Nobody is asked again at once for what is used up, nor a store that is away.
    if (this.#isAway) return this.#onAway(state, wish) ?? this.#debit(state, wish);
    const refusal = this.#knownRefusal(state, wish);
    if (refusal !== undefined) return refusal;
    const asked = this.#ask(state, wish, window);
    if (!(asked instanceof Promise)) return asked ?? this.#debit(state, wish);
    const settled = asked.finally(() => this.#asking.delete(state));
    this.#asking.set(state, settled);
    return settled.then((problem) => problem ?? this.#debit(state, wish));
  }

  #knownRefusal(state: TenantState, wish: Wish): Decision {
    const empty = this.#empty.get(state);
    if (empty === undefined) return undefined;
    if (this.#options.clock.now() >= empty.untilMs) {
      this.#empty.delete(state);
      return undefined;
    }
    const isLess = wish.calls < empty.wish.calls || wish.bytes < empty.wish.bytes ||
      wish.slots < empty.wish.slots;
    return isLess ? undefined : empty.problem;
  }

  /** Asks for the first thing that is lacking; undefined when there is enough of it then. */
  #ask(state: TenantState, wish: Wish, window: QuotaWindow): MaybePromise<Decision> {
    const { plan } = state;
    let answer: MaybePromise<Decision>;
    try {
      if (plan.maxCalls !== Infinity && state.calls < wish.calls) {
        answer = this.#askCalls(state, wish, window);
      } else if (plan.maxBytes !== Infinity && state.bytes < wish.bytes) {
        answer = this.#askBytes(state, wish, window);
      } else {
        answer = this.#askSlots(state, wish);
      }
    } catch (error) {
      return this.#onFailure(state, wish, error);
    }
    return answer instanceof Promise
      ? answer.catch((error) => this.#onFailure(state, wish, error))
      : answer;
  }

  #askCalls(state: TenantState, wish: Wish, window: QuotaWindow): MaybePromise<Decision> {
    const limit = state.plan.maxCalls;
    const block = blockOf(limit, LIMITS.quotaBlockMax);
    const want = Math.max(block, wish.calls - state.calls);
    const counter = counterOf(state, "calls", window);
    return then(this.#options.store.take(counter, limit, want), ({ granted, taken }) => {
      if (!isStill(state, window)) return undefined;
      state.calls += granted;
      this.#hold(state);
      if (state.calls >= wish.calls) return undefined;
      const used = taken - state.calls;
      return this.#refuse(
        state,
        wish,
        quotaUsedUp(state.plan, "calls", used, window, this.#wall()),
      );
    });
  }

  #askBytes(state: TenantState, wish: Wish, window: QuotaWindow): MaybePromise<Decision> {
    const limit = state.plan.maxBytes;
    const block = blockOf(limit, LIMITS.quotaBytesBlockMax);
    const want = Math.max(block, wish.bytes - state.bytes);
    const counter = counterOf(state, "bytes", window);
    return then(this.#options.store.take(counter, limit, want), ({ granted, taken }) => {
      if (!isStill(state, window)) return undefined;
      state.bytes += granted;
      this.#hold(state);
      if (state.bytes >= wish.bytes) return undefined;
      const used = taken - state.bytes;
      return this.#refuse(
        state,
        wish,
        quotaUsedUp(state.plan, "bytes", used, window, this.#wall()),
      );
    });
  }

  #askSlots(state: TenantState, wish: Wish): MaybePromise<Decision> {
    const limit = state.plan.maxConcurrent;
    const want = Math.min(limit, state.slots + Math.max(1, Math.floor(limit / 16)));
    return then(this.#askForSlots(state, want), () => {
      if (state.running + wish.slots <= state.slots) return undefined;
      return this.#refuse(state, wish, concurrencyFull(limit));
    });
  }

  #askForSlots(state: TenantState, want: number): MaybePromise<void> {
    const { store, owner } = this.#options;
    const nowMs = this.#wall();
    const holder = { tenant: state.id, owner, expiresMs: nowMs + LIMITS.slotTtlMs };
    // Without a limit (any more) there is nothing to hold.
    const limit = Math.min(state.plan.maxConcurrent, LIMITS.workersMax);
    return then(store.holdSlots(holder, limit, want, nowMs), (held) => {
      state.slots = held;
      this.#hold(state);
    });
  }

  #refuse(state: TenantState, wish: Wish, problem: Problem): Problem {
    if (this.#empty.size >= LIMITS.accessesMax) this.#empty.clear();
    const untilMs = this.#options.clock.now() + LIMITS.quotaEmptyMs;
    this.#empty.set(state, { untilMs, wish, problem });
    return problem;
  }

  #onFailure(state: TenantState, wish: Wish, error: unknown): Decision {
    this.#noteFailure(error);
    return this.#onAway(state, wish);
  }

  #noteFailure(error: unknown): void {
    if (this.#isAway || this.#closed) return;
    this.#isAway = true;
    const { log, onFailure } = this.#options;
    log.error("state store is away", { rule: onFailure, error: describeThrown(error) });
    this.#probe();
  }

  /** Undefined when there is enough of everything then. */
  #onAway(state: TenantState, wish: Wish): Decision {
    if (this.#options.onFailure === "refuse") return away();
    // Let through uncounted: an operator has said so.
    const { plan } = state;
    if (plan.maxCalls !== Infinity) state.calls = Math.max(state.calls, wish.calls);
    if (plan.maxBytes !== Infinity) state.bytes = Math.max(state.bytes, wish.bytes);
    if (plan.maxConcurrent !== Infinity) {
      state.slots = Math.max(state.slots, state.running + wish.slots);
    }
    return undefined;
  }

  #probe(): void {
    this.#cancelProbe = this.#options.clock.after(PROBE_MS, async () => {
      try {
        await this.#options.store.ping();
        this.#isAway = false;
        this.#options.log.info("state store is back");
      } catch {
        if (!this.#closed) this.#probe();
      }
    });
  }

  #hold(state: TenantState): void {
    this.#holders.add(state);
    if (this.#cancelTick === undefined && !this.#closed) this.#scheduleTick();
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#options.clock.after(LIMITS.quotaTickMs, async () => {
      await this.#tick();
      this.#cancelTick = undefined;
      if (this.#holders.size > 0 && !this.#closed) this.#scheduleTick();
    });
  }

  /** Gives back what nobody has used for a while, and renews what is in use. */
  async #tick(): Promise<void> {
    let left = TICK_TENANTS_MAX;
    const due: TenantState[] = [];
    for (const state of this.#holders) if (left-- > 0) due.push(state);
    for (const state of due) {
      if (this.#isAway || this.#closed) return;
      const { touched } = state;
      state.touched = false;
      try {
        await this.#settle(state, touched ? state.slots : state.running, touched);
      } catch (error) {
        this.#noteFailure(error);
      }
      // To the end, so that the others have their turn.
      this.#holders.delete(state);
      if (!state.isIdle) this.#holders.add(state);
    }
  }

  /** Gives calls and bytes back unless they are `kept`, and holds so many slots. */
  async #settle(state: TenantState, slots: number, kept = false): Promise<void> {
    const { store } = this.#options;
    const window = this.#windowOf(state);
    if (state.window !== window.index) roll(state, window);
    const { calls, bytes } = state;
    if (calls > 0 && !kept) {
      state.calls = 0;
      await store.giveBack(counterOf(state, "calls", window), calls);
    }
    if (bytes < 0 || (bytes > 0 && !kept)) {
      state.bytes = 0;
      const counter = counterOf(state, "bytes", window);
      if (bytes > 0) await store.giveBack(counter, bytes);
      else await store.take(counter, Number.MAX_SAFE_INTEGER, -bytes);
    }
    if (state.slots > 0) await this.#askForSlots(state, slots);
  }

  #windowOf(state: TenantState): QuotaWindow {
    return this.#windows.at(state.plan.period, this.#wall());
  }

  #wall(): number {
    return this.#options.clock.wall();
  }
}

/** What was left of an old period is worth nothing in the new one. */
function roll(state: TenantState, window: QuotaWindow): void {
  state.window = window.index;
  state.calls = 0;
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

function then<T, R>(value: MaybePromise<T>, next: (value: T) => R): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
