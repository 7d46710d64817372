/** What a server asks on behalf of a caller: its rate, its quota, its batches. */
import type { Access } from "../pipeline/access.ts";
import type { Decision } from "../pipeline/outcome.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import type { Quotas } from "./quotas.ts";
import type { MaybePromise } from "./state_store.ts";
import { TenantAccess } from "./tenant_access.ts";
import type { TenantState } from "./tenant_state.ts";

/** Debits calls to their tenants. Accesses that are no tenants' of this manager's are free. */
export interface QuotaGate {
  /** Debits the tenant's rate. */
  checkRate(access: Access): Decision;
  /** Who pays for calls; undefined where nothing is counted. */
  meterOf(access: Access): Meter | undefined;
  /** Debits a call that is about to run; `ticket` is of its batch. */
  admit(meter: Meter, bytes: number, ticket: BatchTicket | undefined): MaybePromise<Decision>;
  /** The call has ended. One that never ran gets its debit back. */
  release(meter: Meter, debit: Debit, ran: boolean, bytesOut: number): void;
  /** How many calls it may have at once; Infinity for any number. */
  concurrencyOf(access: Access): number;
  /** Debits a batch whole, or refuses it whole. */
  admitBatch(access: Access, size: number): MaybePromise<BatchTicket | Decision>;
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
}

export function quotaGate(quotas: Quotas): QuotaGate {
  const stateOf = (access: Access) => access instanceof TenantAccess ? access.state : undefined;
  // The only meters that there are.
  const stateBy = (meter: Meter) => meter as TenantState;
  return {
    checkRate: (access) =>
      access instanceof TenantAccess ? quotas.checkRate(access.state) : undefined,
    meterOf: (access) =>
      access instanceof TenantAccess && access.state.plan.metered ? access.state : undefined,
    admit(meter, bytes, ticket) {
      if (ticket === undefined || ticket.left <= 0) return quotas.admit(stateBy(meter), bytes);
      ticket.left--;
      const decision = quotas.admitPaid(stateBy(meter), bytes);
      if (decision instanceof Promise) return decision.then((why) => unpaid(ticket, why));
      return unpaid(ticket, decision);
    },
    release(meter, { window, bytes }, ran, bytesOut) {
      const state = stateBy(meter);
      quotas.release(state);
      if (!ran) quotas.refund(state, 1, bytes, window);
      else if (bytesOut > 0) quotas.debitBytes(state, bytesOut);
    },
    concurrencyOf: (access) => stateOf(access)?.plan.maxConcurrent ?? Infinity,
    admitBatch(access, size) {
      const state = stateOf(access);
      if (state === undefined) return undefined;
      const tooLarge = quotas.checkBatch(state, size);
      if (tooLarge !== undefined) return tooLarge;
      const decision = quotas.reserve(state, size);
      const ticket = () => ({ left: size, window: state.window });
      if (decision instanceof Promise) return decision.then((why) => why ?? ticket());
      return decision ?? ticket();
    },
    endBatch(access, ticket) {
      const state = stateOf(access);
      if (state !== undefined && ticket.left > 0) {
        quotas.refund(state, ticket.left, 0, ticket.window);
      }
      ticket.left = 0;
    },
  };
}

/** What was paid for a call that may not run goes back with what the batch did not need. */
function unpaid(ticket: BatchTicket, decision: Decision): Decision {
  if (decision !== undefined) ticket.left++;
  return decision;
}
