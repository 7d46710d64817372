/** The tenants that have something of the store's, each looked after in turn. */
import type { TenantState } from "./tenant_state.ts";

/** A queue in which each stands at most once. */
export class Holders {
  #queue: TenantState[] = [];
  #first = 0;

  get size(): number {
    return this.#queue.length - this.#first;
  }

  add(state: TenantState): void {
    if (state.held) return;
    state.held = true;
    this.#queue.push(state);
  }

  /** Takes out up to `max` of those that have waited longest. */
  take(max: number): readonly TenantState[] {
    const taken = this.#queue.slice(this.#first, this.#first + max);
    for (const state of taken) state.held = false;
    this.#first += taken.length;
    if (this.#first * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }
}
