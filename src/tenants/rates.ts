/**
 * How fast tenants may call, over all processes: out of calls that this process has taken of the
 * store's count, so that few need a look at it.
 *
 * What is taken at once begins with one call and doubles each time it is used up, to what the rate
 * gives in a tenth of a second at most, and is void a tenth of a second later. So a tenant is never
 * let through more than its burst and its rate, and that tenth; and no more than that is lost to one
 * process that does not use it.
 */
import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { Decision } from "../pipeline/outcome.ts";
import type { RateTaken } from "./rate_cells.ts";
import { away, tooFast } from "./refusals.ts";
import type { MaybePromise, StateStore } from "./state_store.ts";
import type { StateFailure, StoreHealth } from "./store_health.ts";
import type { TenantState } from "./tenant_state.ts";

export interface RatesOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly onFailure: StateFailure;
  readonly health: StoreHealth;
}

/** What one process has of a tenant's rate. Times are of its monotonic clock. */
class HeldRate {
  /** Calls that may come without asking, */
  left = 0;
  /** until then. */
  untilMs = 0;
  /** How many are taken next. */
  block = 1;
  /** Until then nothing is there, and nobody is asked. */
  emptyUntilMs = 0;
  /** The question that is open; others wait for the same answer. */
  asking: Promise<Decision> | undefined = undefined;
}

/** Looks for what is void when there are so many, and twice as many as were good the last time. */
const SWEPT_MIN = 1_024;

export class Rates {
  readonly #options: RatesOptions;
  /** Of those that have called in the last moments. */
  readonly #held = new Map<TenantState, HeldRate>();
  #sweepAt = SWEPT_MIN;

  constructor(options: RatesOptions) {
    this.#options = options;
  }

  /** Debits one call, or says when it is worth trying again. */
  take(state: TenantState): MaybePromise<Decision> {
    const { plan } = state;
    if (plan.intervalMs === 0) return undefined;
    const nowMs = this.#options.clock.now();
    const held = this.#held.get(state) ?? this.#add(state, nowMs);
    const isInTime = nowMs < held.untilMs;
    if (held.left > 0 && isInTime) {
      held.left--;
      return undefined;
    }
    if (held.asking !== undefined) return held.asking.then((why) => why ?? this.take(state));
    if (nowMs < held.emptyUntilMs) return tooFast(plan, held.emptyUntilMs - nowMs);
    const most = Math.max(1, Math.min(LIMITS.quotaBlockMax, LIMITS.rateHoldMs / plan.intervalMs));
    held.block = isInTime ? Math.min(held.block * 2, Math.floor(most)) : 1;
    const asked = this.#ask(state, 1, held.block, (taken) => this.#hold(state, held, taken));
    if (!(asked instanceof Promise)) return asked;
    held.asking = asked.finally(() => held.asking = undefined);
    return held.asking;
  }

  /** Debits the calls of a batch, all or none. */
  takeBatch(state: TenantState, calls: number): MaybePromise<Decision> {
    const { plan } = state;
    if (plan.intervalMs === 0 || calls === 0) return undefined;
    return this.#ask(
      state,
      calls,
      calls,
      ({ granted, waitMs }) => granted > 0 ? undefined : tooFast(plan, waitMs),
    );
  }

  #add(state: TenantState, nowMs: number): HeldRate {
    if (this.#held.size >= this.#sweepAt) {
      for (const [other, { untilMs, emptyUntilMs, asking }] of this.#held) {
        const isVoid = asking === undefined && nowMs >= untilMs && nowMs >= emptyUntilMs;
        if (isVoid) this.#held.delete(other);
      }
      this.#sweepAt = Math.max(SWEPT_MIN, 2 * this.#held.size);
    }
    const held = new HeldRate();
    this.#held.set(state, held);
    return held;
  }

  #hold(state: TenantState, held: HeldRate, { granted, waitMs }: RateTaken): Decision {
    const { plan } = state;
    const nowMs = this.#options.clock.now();
    // Where all is given out, to ask for each call would cost more than the call. What gathers
    // meanwhile is at most half of the burst, so that nothing is lost.
    const gatherMs = Math.min(LIMITS.rateGatherMs, plan.toleranceMs / 2);
    held.emptyUntilMs = granted < held.block ? nowMs + Math.max(waitMs, gatherMs) : 0;
    held.untilMs = nowMs + LIMITS.rateHoldMs;
    held.left = Math.max(0, granted - 1);
    return granted > 0 ? undefined : tooFast(plan, held.emptyUntilMs - nowMs);
  }

  #ask(
    { id, plan }: TenantState,
    least: number,
    most: number,
    take: (taken: RateTaken) => Decision,
  ): MaybePromise<Decision> {
    const { store, clock, health, onFailure } = this.#options;
    // Let through uncounted where an operator has said so.
    const onAway = () => onFailure === "refuse" ? away() : undefined;
    if (health.isAway) return onAway();
    const failed = (error: unknown) => {
      health.noteFailure(error);
      return onAway();
    };
    try {
      const taken = store.takeRate(id, plan, least, most, clock.wall());
      return taken instanceof Promise ? taken.then(take).catch(failed) : take(taken);
    } catch (error) {
      return failed(error);
    }
  }
}
