/** State of one process, gone with it: for tests, trials and servers without tenants. */
import type { KeyRecord } from "../../tenants/api_key.ts";
import { type RateCells, type RateTaken, takeCells } from "../../tenants/rate_cells.ts";
import type {
  ChangeListener,
  Counter,
  SlotHolder,
  StateStore,
  Taken,
} from "../../tenants/state_store.ts";
import type { Tenant } from "../../tenants/tenant.ts";

interface Slots {
  readonly held: number;
  readonly expiresMs: number;
}

const KEEP_MS = 86_400_000;

/**
 * Makes a store that nobody else shares.
 *
 * @example
 * ```ts
 * import { createTenantManager, memoryState } from "gomcp";
 *
 * const tenants = createTenantManager(memoryState());
 * await tenants.createTenant("company-a", "Company A");
 * if ((await tenants.getTenant("company-a"))?.name !== "Company A") throw new Error();
 * await tenants.close();
 * ```
 */
export function memoryState(): StateStore {
  return new MemoryState();
}

class MemoryState implements StateStore {
  readonly location = "memory:";
  readonly #tenants = new Map<string, Tenant>();
  readonly #keys = new Map<string, KeyRecord>();
  readonly #counters = new Map<string, { taken: number; readonly endsMs: number }>();
  readonly #slots = new Map<string, Map<string, Slots>>();
  /** Theoretical arrival times. */
  readonly #rates = new Map<string, number>();
  readonly #listeners = new Set<ChangeListener>();

  createTenant(tenant: Tenant, key?: KeyRecord): boolean {
    if (this.#tenants.has(tenant.id)) return false;
    this.#tenants.set(tenant.id, tenant);
    if (key !== undefined) this.#keys.set(key.hash, key);
    this.#tell(tenant.id);
    return true;
  }

  replaceTenant(tenant: Tenant): boolean {
    if (this.#tenants.get(tenant.id)?.version !== tenant.version - 1) return false;
    this.#tenants.set(tenant.id, tenant);
    this.#tell(tenant.id);
    return true;
  }

  deleteTenant(id: string): boolean {
    if (!this.#tenants.delete(id)) return false;
    for (const [hash, { tenant }] of this.#keys) if (tenant === id) this.#keys.delete(hash);
    for (const name of this.#counters.keys()) {
      if (name.startsWith(`${id} `)) this.#counters.delete(name);
    }
    this.#slots.delete(id);
    this.#rates.delete(id);
    this.#tell(id);
    return true;
  }

  getTenant(id: string): Tenant | undefined {
    return this.#tenants.get(id);
  }

  listTenants(after: string, max: number): readonly Tenant[] {
    const ids = [...this.#tenants.keys()].filter((id) => id > after).sort();
    return ids.slice(0, max).map((id) => this.#tenants.get(id)!);
  }

  addKey(key: KeyRecord): boolean {
    const taken = this.listKeys(key.tenant).some(({ name }) => name === key.name);
    if (taken || !this.#tenants.has(key.tenant)) return false;
    this.#keys.set(key.hash, key);
    this.#tell(key.tenant);
    return true;
  }

  findKey(hash: string): KeyRecord | undefined {
    return this.#keys.get(hash);
  }

  listKeys(tenant: string): readonly KeyRecord[] {
    return [...this.#keys.values()].filter((key) => key.tenant === tenant)
      .sort((a, b) => a.createdMs - b.createdMs);
  }

  deleteKey(tenant: string, id: string): boolean {
    const key = this.listKeys(tenant).find((each) => each.id === id);
    if (key === undefined) return false;
    this.#keys.delete(key.hash);
    this.#tell(tenant);
    return true;
  }

  touchKey(hash: string, usedMs: number): void {
    const key = this.#keys.get(hash);
    if (key !== undefined) this.#keys.set(hash, { ...key, lastUsedMs: usedMs });
  }

  take(counter: Counter, limit: number, want: number, least = 1): Taken {
    const name = nameOf(counter);
    let entry = this.#counters.get(name);
    if (entry === undefined) {
      this.#forgetOld(counter.endsMs);
      entry = { taken: 0, endsMs: counter.endsMs };
      this.#counters.set(name, entry);
    }
    const free = limit - entry.taken;
    const granted = free < least ? 0 : Math.max(0, Math.min(want, free));
    entry.taken += granted;
    return { granted, taken: entry.taken };
  }

  giveBack(counter: Counter, amount: number): void {
    const entry = this.#counters.get(nameOf(counter));
    if (entry !== undefined) entry.taken = Math.max(0, entry.taken - amount);
  }

  readCounter(counter: Counter): number {
    return this.#counters.get(nameOf(counter))?.taken ?? 0;
  }

  holdSlots(
    { tenant, owner, ttlMs }: SlotHolder,
    limit: number,
    want: number,
    nowMs: number,
  ): number {
    const holders = this.#slots.get(tenant) ?? new Map<string, Slots>();
    const others = sum(holders, nowMs) - liveSlots(holders.get(owner), nowMs);
    const held = Math.max(0, Math.min(want, limit - others));
    if (held === 0) holders.delete(owner);
    else holders.set(owner, { held, expiresMs: nowMs + ttlMs });
    if (holders.size === 0) this.#slots.delete(tenant);
    else this.#slots.set(tenant, holders);
    return held;
  }

  readSlots(tenant: string, nowMs: number): number {
    return sum(this.#slots.get(tenant) ?? new Map(), nowMs);
  }

  takeRate(
    tenant: string,
    rate: RateCells,
    least: number,
    most: number,
    nowMs: number,
  ): RateTaken {
    const tatMs = this.#rates.get(tenant) ?? 0;
    const taken = takeCells(tatMs, rate, least, most, nowMs);
    this.#rates.set(tenant, taken.tatMs);
    return taken;
  }

  watch(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  ping(): void {}

  close(): void {
    this.#listeners.clear();
  }

  #tell(tenant: string): void {
    for (const listener of this.#listeners) listener(tenant);
  }

  #forgetOld(nowMs: number): void {
    for (const [name, { endsMs }] of this.#counters) {
      if (endsMs + KEEP_MS < nowMs) this.#counters.delete(name);
      else return;
    }
  }
}

function nameOf({ tenant, unit, window }: Counter): string {
  return `${tenant} ${unit} ${window}`;
}

function liveSlots(slots: Slots | undefined, nowMs: number): number {
  return slots === undefined || slots.expiresMs <= nowMs ? 0 : slots.held;
}

function sum(holders: ReadonlyMap<string, Slots>, nowMs: number): number {
  let total = 0;
  for (const slots of holders.values()) total += liveSlots(slots, nowMs);
  return total;
}
