/** What one process knows of a tenant and has for it: small, since there may be a million. */
import { LIMITS } from "../base/limits.ts";
import {
  CALLS,
  FLAGS,
  GONE,
  Hands,
  HELD,
  LEASE_SHIFT,
  LENGTH,
  LOW,
  standingOf,
  STORED,
  SUSPENDED,
  TOUCHED,
  WINDOW,
} from "./hands.ts";
import { planOf, type QuotaPlan } from "./quota_plan.ts";
import type { Tenant } from "./tenant.ts";
import { ruleOf, type TenantRule } from "./tenant_rule.ts";

/** What is in hand of the limits that few tenants have. */
class More {
  bytes = 0;
  slots = 0;
  slotsUntilMs = 0;
}

export class TenantState {
  plan: QuotaPlan;
  /** Calls that run here. */
  running = 0;
  readonly id: string;
  /** Which tenant of this id; 0 for none that a store has. */
  incarnation: number;
  rule: TenantRule;
  /** Made when there is something. */
  #more: More | undefined = undefined;
  /** The place of all numbers that a call asks for. */
  #hands: Hands;
  #at: number;

  constructor(
    id: string,
    tenant: Tenant | undefined,
    exists: boolean,
    hands = new Hands(1),
    number = 0,
  ) {
    this.id = id;
    this.#hands = hands;
    this.#at = number * LENGTH;
    this.#flags = 0;
    this.plan = planOf(tenant?.limits ?? {});
    this.rule = ruleOf(tenant);
    this.incarnation = tenant?.incarnation ?? 0;
    this.#setStanding(tenant, exists);
    this.drop();
  }

  /** Takes over what an operator has changed; what is held stays. */
  apply(tenant: Tenant | undefined, exists: boolean): void {
    this.plan = planOf(tenant?.limits ?? {});
    this.rule = ruleOf(tenant);
    if (tenant !== undefined) this.incarnation = tenant.incarnation;
    this.#setStanding(tenant, exists);
    // Its counters are gone: nothing may be given back to those of a later tenant of this id.
    if (!exists) this.drop();
  }

  #setStanding(tenant: Tenant | undefined, exists: boolean): void {
    const { countsBytes, countsCalls, countsRunning, period } = this.plan;
    const calls = countsCalls && !countsBytes && !countsRunning;
    const suspended = tenant?.suspended === true;
    const only = { calls, gone: !exists, suspended, stored: tenant !== undefined };
    this.#flags = standingOf(this.#flags, period, only);
  }

  /** Forgets what is in hand. */
  drop(): void {
    this.window = -1;
    this.calls = 0;
    this.low = 0;
    this.#more = undefined;
  }

  /** Leaves its place among others, which somebody else is given. */
  leave(): void {
    this.#hands = this.#hands.alone(this.#at / LENGTH);
    this.#at = 0;
  }

  get #flags(): number {
    return this.#hands.ints[this.#at + FLAGS]!;
  }

  set #flags(flags: number) {
    this.#hands.ints[this.#at + FLAGS] = flags;
  }

  /** The number of the period that `calls` and `bytes` are of. */
  get window(): number {
    return this.#hands.ints[this.#at + WINDOW]!;
  }

  set window(index: number) {
    this.#hands.ints[this.#at + WINDOW] = index;
  }

  /** Calls that this process may let through without asking. */
  get calls(): number {
    return this.#hands.ints[this.#at + CALLS]!;
  }

  set calls(calls: number) {
    this.#hands.ints[this.#at + CALLS] = calls;
  }

  /** With fewer than these in hand the next are asked for, before somebody has to wait for them. */
  get low(): number {
    return this.#hands.ints[this.#at + LOW]!;
  }

  set low(calls: number) {
    this.#hands.ints[this.#at + LOW] = calls;
  }

  /** Bytes, as `calls`; below 0 where results were larger than what was left. */
  get bytes(): number {
    return this.#more === undefined ? 0 : this.#more.bytes;
  }

  set bytes(bytes: number) {
    if (this.#more !== undefined || bytes !== 0) (this.#more ??= new More()).bytes = bytes;
  }

  /** Calls that may run here. */
  get slots(): number {
    return this.#more === undefined ? 0 : this.#more.slots;
  }

  /** Until when, in milliseconds since 1970: from then on others may have the slots. */
  get slotsUntilMs(): number {
    return this.#more === undefined ? 0 : this.#more.slotsUntilMs;
  }

  holdSlots(slots: number, untilMs: number): void {
    // Most tenants are at rest most of the time, and then cost less.
    if (slots === 0 && this.bytes === 0) {
      this.#more = undefined;
      return;
    }
    const more = this.#more ??= new More();
    more.slots = slots;
    more.slotsUntilMs = untilMs;
  }

  /** Among those that have something of the store's. */
  get held(): boolean {
    return (this.#flags & HELD) !== 0;
  }

  set held(held: boolean) {
    this.#flags = held ? this.#flags | HELD : this.#flags & ~HELD;
  }

  /** Used since the last look. */
  get touched(): boolean {
    return (this.#flags & TOUCHED) !== 0;
  }

  set touched(touched: boolean) {
    this.#flags = touched ? this.#flags | TOUCHED : this.#flags & ~TOUCHED;
  }

  /** Calls that the next lease is of, if its quota allows; a lease of bytes grows with it. */
  get lease(): number {
    return 1 << (this.#flags >> LEASE_SHIFT);
  }

  /** Twice as many as now, or half as many; from 1 to the most that a process may have. */
  growLease(): void {
    if (this.lease < LIMITS.quotaBlockMax) this.#flags += 1 << LEASE_SHIFT;
  }

  shrinkLease(): void {
    if (this.lease > 1) this.#flags -= 1 << LEASE_SHIFT;
  }

  resetLease(): void {
    this.#flags &= (1 << LEASE_SHIFT) - 1;
  }

  /** The tenant does not exist (any more). */
  get gone(): boolean {
    return (this.#flags & GONE) !== 0;
  }

  /** False for a `default` that nobody has created. */
  get isStored(): boolean {
    return (this.#flags & STORED) !== 0;
  }

  get suspended(): boolean {
    return (this.#flags & SUSPENDED) !== 0;
  }

  /** Whether this is the record of another tenant, of the same id. */
  isOther({ incarnation }: Tenant): boolean {
    return this.incarnation !== 0 && this.incarnation !== incarnation;
  }

  get countsBytes(): boolean {
    return this.plan.countsBytes;
  }

  /** True when it can be forgotten without a loss. */
  get isIdle(): boolean {
    return this.calls === 0 && this.bytes === 0 && this.running === 0 && this.slots === 0;
  }
}
