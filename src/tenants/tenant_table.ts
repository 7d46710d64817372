/** The tenants that a process knows, by id. */
import { Hands } from "./hands.ts";
import type { Tenant } from "./tenant.ts";
import { TenantState } from "./tenant_state.ts";

export class TenantTable {
  readonly #hands = new Hands();
  /** Where a tenant is in `#states`, and its record in `#hands`. */
  readonly #numbers = new Map<string, number>();
  readonly #states: (TenantState | undefined)[] = [];

  get size(): number {
    return this.#numbers.size;
  }

  ids(): string[] {
    return [...this.#numbers.keys()];
  }

  get(id: string): TenantState | undefined {
    const number = this.#numbers.get(id);
    return number === undefined ? undefined : this.#states[number];
  }

  /** Adds a tenant that is not there. */
  add(id: string, tenant: Tenant | undefined): TenantState {
    const number = this.#hands.add();
    const state = new TenantState(id, tenant, true, this.#hands, number);
    this.#numbers.set(id, number);
    this.#states[number] = state;
    return state;
  }

  /** Forgets a tenant. Calls that run may still ask its state. */
  delete(id: string): void {
    const number = this.#numbers.get(id);
    if (number === undefined) return;
    this.#states[number]!.leave();
    this.#states[number] = undefined;
    this.#numbers.delete(id);
    this.#hands.delete(number);
  }

  /** Forgets those that have nothing in hand. */
  deleteIdle(used: ReadonlySet<TenantState>): void {
    for (const state of this.#states) {
      if (state?.isIdle === true && !used.has(state)) this.delete(state.id);
    }
  }

  /** Debits calls that the tenant has in hand; false where there is more to look at. */
  takeInHand(id: string, calls: number, nowMs: number): boolean {
    const number = this.#numbers.get(id);
    return number !== undefined && this.#hands.take(number, calls, nowMs);
  }
}
