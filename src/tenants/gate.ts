/** What a server asks on behalf of a caller: its rate, its quota, its batches. */
import type { Access } from "../pipeline/access.ts";
import type { Decision } from "../pipeline/outcome.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import type { Quotas } from "./quotas.ts";
import type { MaybePromise } from "./state_store.ts";
import { TenantAccess } from "./tenant_access.ts";

/** Debits calls to their tenants. Accesses that are no tenants' of this manager's are free. */
export interface QuotaGate {
  /** Debits the tenant's rate. */
  checkRate(access: Access): Decision;
  /** Whether anything is counted. */
  isMetered(access: Access): boolean;
  /** Whether bytes are counted: they cost time to count. */
  countsBytes(access: Access): boolean;
  /** Debits a call that is about to run; `ticket` is of its batch. */
  admit(
    access: Access,
    bytes: number,
    ticket: BatchTicket | undefined,
  ): MaybePromise<Decision>;
  /** The call has ended. One that never ran gets its debit back. */
  release(access: Access, debit: Debit, ran: boolean, bytesOut: number): void;
  /** The period that calls of now are debited to. */
  windowOf(access: Access): number;
  /** How many calls it may have at once; Infinity for any number. */
  concurrencyOf(access: Access): number;
  /** Debits a batch whole, or refuses it whole. */
  admitBatch(access: Access, size: number): MaybePromise<BatchTicket | Decision>;
  /** Takes back what a batch did not need. */
  endBatch(access: Access, ticket: BatchTicket): void;
}

/** What a call was debited. */
export interface Debit {
  /** The period that it was debited to: nothing is given back to another one. */
  readonly window: number;
  /** Bytes of the arguments. */
  readonly bytes: number;
}

export function quotaGate(quotas: Quotas): QuotaGate {
  const stateOf = (access: Access) => access instanceof TenantAccess ? access.state : undefined;
  return {
    checkRate(access) {
      const state = stateOf(access);
      return state && quotas.checkRate(state);
    },
    isMetered: (access) => stateOf(access)?.plan.metered === true,
    countsBytes: (access) => stateOf(access)?.plan.maxBytes !== Infinity,
    admit(access, bytes, ticket) {
      const state = stateOf(access);
      if (state === undefined) return undefined;
      if (ticket === undefined || ticket.left <= 0) return quotas.admit(state, bytes);
      ticket.left--;
      return quotas.admitPaid(state, bytes);
    },
    windowOf: (access) => stateOf(access)?.window ?? -1,
    release(access, { window, bytes }, ran, bytesOut) {
      const state = stateOf(access);
      if (state === undefined || !state.plan.metered) return;
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
