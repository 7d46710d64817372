/** What a server asks on behalf of a caller: its rate, its quota, its batches. */
import type { Access } from "../pipeline/access.ts";
import type { Call } from "../pipeline/call.ts";
import type { Decision } from "../pipeline/outcome.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import { argumentBytes } from "./call_bytes.ts";
import { PaidBatch } from "./paid_batch.ts";
import type { Quotas } from "./quotas.ts";
import type { Rates } from "./rates.ts";
import type { MaybePromise } from "./state_store.ts";
import { TenantAccess } from "./tenant_access.ts";
import type { TenantState } from "./tenant_state.ts";
import { then } from "./then.ts";

/** Debits calls to their tenants. Accesses that are no tenants' of this manager's are free. */
export interface QuotaGate {
  /** Debits the tenant's rate, unless the call's batch has paid. */
  checkRate(access: Access, call: Call): MaybePromise<Decision>;
  /** Who pays for calls; undefined where nothing is counted. */
  meterOf(access: Access): Meter | undefined;
  /** Debits a call that is about to run, unless its ticket pays; in a batch it waits for its turn. */
  admit(meter: Meter, bytes: number, call: Call): MaybePromise<Decision>;
  /** The call has ended. One that never ran gets its debit back. */
  release(meter: Meter, debit: Debit, ran: boolean, bytesOut: number): void;
  /** How many calls it may have at once; Infinity for any number. */
  concurrencyOf(access: Access): number;
  /**
   * Debits a batch whole, or refuses it whole; `args` are the arguments of its calls, `parallel` is how
   * many of these may run at once.
   */
  admitBatch(
    access: Access,
    args: readonly unknown[],
    parallel: number,
  ): MaybePromise<BatchTicket | Decision>;
  /** Takes back what a batch did not need. */
  endBatch(access: Access, ticket: BatchTicket): void;
}

/** A tenant whose calls are counted: it is asked for once a call, and told of all that follows. */
export interface Meter {
  /** Whether bytes are counted: they cost time to count. */
  readonly countsBytes: boolean;
  /** The period that calls of now are debited to. */
  readonly window: number;
}

/** What a call was debited. */
export interface Debit {
  /** The period that it was debited to, or its batch: nothing is given back to another one. */
  readonly window: number;
  /** Bytes of the arguments. */
  readonly bytes: number;
  /** What has paid for it in advance. */
  readonly ticket: BatchTicket | undefined;
}

export function quotaGate(quotas: Quotas, rates: Rates): QuotaGate {
  return new Gate(quotas, rates);
}

class Gate implements QuotaGate {
  readonly #quotas: Quotas;
  readonly #rates: Rates;

  constructor(quotas: Quotas, rates: Rates) {
    this.#quotas = quotas;
    this.#rates = rates;
  }

  checkRate(access: Access, { ticket }: Call): MaybePromise<Decision> {
    if (!(access instanceof TenantAccess) || ticket instanceof PaidBatch) return undefined;
    return this.#rates.take(access.state);
  }

  meterOf(access: Access): Meter | undefined {
    return access instanceof TenantAccess && access.state.plan.metered ? access.state : undefined;
  }

  admit(meter: Meter, bytes: number, call: Call): MaybePromise<Decision> {
    const { ticket } = call;
    if (ticket instanceof PaidBatch) return ticket.enter(call, bytes);
    if (ticket === undefined || ticket.left <= 0) return this.#quotas.admit(stateBy(meter), bytes);
    ticket.left--;
    const decision = this.#quotas.admitPaid(stateBy(meter), bytes);
    return then(decision, (why) => unpaid(ticket, why));
  }

  release(meter: Meter, { window, bytes, ticket }: Debit, ran: boolean, bytesOut: number): void {
    const state = stateBy(meter);
    if (ticket instanceof PaidBatch) ticket.leave();
    else this.#quotas.release(state);
    if (!ran) this.#quotas.refund(state, 1, bytes, window);
    else if (bytesOut > 0) this.#quotas.debitBytes(state, bytesOut);
  }

  concurrencyOf(access: Access): number {
    return access instanceof TenantAccess ? access.state.plan.maxConcurrent : Infinity;
  }

  admitBatch(
    access: Access,
    args: readonly unknown[],
    parallel: number,
  ): MaybePromise<BatchTicket | Decision> {
    if (!(access instanceof TenantAccess) || args.length === 0) return undefined;
    const { state } = access;
    const calls = args.length;
    const tooLarge = this.#quotas.checkBatch(state, calls);
    if (tooLarge !== undefined) return tooLarge;
    const bytes = state.countsBytes ? args.reduce<number>(addBytes, 0) : 0;
    return then(this.#quotas.admitBatch(state, calls, bytes), (why) => {
      if (why !== undefined) return why;
      const { window } = state;
      // The rate comes last: it alone cannot be given back.
      return then(this.#rates.takeBatch(state, calls), (tooFast) => {
        if (tooFast !== undefined) {
          this.#quotas.release(state);
          this.#quotas.refund(state, calls, bytes, window);
          return tooFast;
        }
        const more = this.#quotas.widen(
          state,
          Math.min(calls, parallel, state.plan.maxConcurrent) - 1,
        );
        return then(more, (slots) => new PaidBatch(calls, bytes, window, 1 + slots));
      });
    });
  }

  endBatch(access: Access, ticket: BatchTicket): void {
    if (!(access instanceof TenantAccess) || !(ticket instanceof PaidBatch)) return;
    this.#quotas.release(access.state, ticket.slots);
    const { left, bytesLeft, window } = ticket;
    if (left > 0) this.#quotas.refund(access.state, left, bytesLeft, window);
    ticket.left = 0;
  }
}

/** The only meters that there are. */
function stateBy(meter: Meter): TenantState {
  return meter as TenantState;
}

function addBytes(sum: number, args: unknown): number {
  return sum + argumentBytes(args);
}

/** What was paid for a call that may not run goes back with what its ticket did not need. */
function unpaid(ticket: BatchTicket, decision: Decision): Decision {
  if (decision !== undefined) ticket.left++;
  return decision;
}
