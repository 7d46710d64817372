/**
 * One timer for all deadlines: a hashed timing wheel (Varghese and Lauck, "Hashed and
 * Hierarchical Timing Wheels", 1987, scheme 6). A `setTimeout` a call would cost more
 * than the rest of the call.
 */
import type { CancelTimer, Clock } from "./clock.ts";

const SLOTS = 512;

/** A timer that does not wait. */
const NOWHERE = -1;
/** A timer that is about to fire in this turn. */
const DUE = -2;

/** Something with a deadline. The wheel keeps its links in it; a timer is in one wheel at most. */
export interface WheelTimer {
  /** When it is due, in the clock's milliseconds. Not changed while it waits. */
  readonly dueMs: number;
  onDue(): void;
  wheelPrevious: WheelTimer | undefined;
  wheelNext: WheelTimer | undefined;
  /** The slot it waits in; -1 when it does not wait. */
  wheelSlot: number;
}

/** Fires timers never early, and at most one tick late as long as the event loop turns. */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: (WheelTimer | undefined)[] = new Array(SLOTS).fill(undefined);
  #size = 0;
  /** The last tick that was worked off. */
  #tick: number;
  #cancelTick: CancelTimer | undefined;

  constructor(clock: Clock, tickMs = 10) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#tick = Math.floor(clock.now() / tickMs);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The time of the last turn: at most a tick ago, unless the event loop has stalled. Costs nothing
   * while timers wait, which reading the clock does.
   */
  recentMs(): number {
    if (this.#cancelTick === undefined) this.#start();
    return this.#tick * this.#tickMs;
  }

  add(timer: WheelTimer): void {
    if (this.#cancelTick === undefined) this.#start();
    const dueTick = Math.max(Math.ceil(timer.dueMs / this.#tickMs), this.#tick + 1);
    const slot = dueTick % SLOTS;
    const first = this.#slots[slot];
    timer.wheelSlot = slot;
    timer.wheelPrevious = undefined;
    timer.wheelNext = first;
    if (first !== undefined) first.wheelPrevious = timer;
    this.#slots[slot] = timer;
    this.#size++;
  }

  remove(timer: WheelTimer): void {
    if (timer.wheelSlot === NOWHERE) return;
    if (timer.wheelSlot !== DUE) this.#unlink(timer);
    timer.wheelSlot = NOWHERE;
    this.#size--;
  }

  /** Stops ticking; what waits does not fire any more. */
  close(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #start(): void {
    this.#tick = Math.floor(this.#clock.now() / this.#tickMs);
    this.#schedule();
  }

  #schedule(): void {
    // Turns are due at whole ticks of the clock, whenever the first timer came.
    const nowMs = this.#clock.now();
    const nextMs = (Math.floor(nowMs / this.#tickMs) + 1) * this.#tickMs;
    this.#cancelTick = this.#clock.after(nextMs - nowMs, () => this.#turn());
  }

  #turn(): void {
    const until = Math.floor(this.#clock.now() / this.#tickMs);
    // After a long stall every slot is looked at once, not once for each missed turn.
    const from = Math.max(this.#tick + 1, until - SLOTS + 1);
    this.#tick = until;
    for (let tick = from; tick <= until; tick++) this.#fire(tick % SLOTS, until);
    if (this.#size > 0) this.#schedule();
    else this.#cancelTick = undefined;
  }

  /** What is due leaves its slot first: a timer that fires may add and remove others. */
  #fire(slot: number, untilTick: number): void {
    const limitMs = untilTick * this.#tickMs;
    const due: WheelTimer[] = [];
    for (let timer = this.#slots[slot]; timer !== undefined; timer = timer.wheelNext) {
      if (timer.dueMs <= limitMs) due.push(timer);
    }
    for (const timer of due) {
      this.#unlink(timer);
      timer.wheelSlot = DUE;
    }
    for (const timer of due) {
      if (timer.wheelSlot !== DUE) continue;
      this.remove(timer);
      timer.onDue();
    }
  }

  #unlink(timer: WheelTimer): void {
    const { wheelPrevious: previous, wheelNext: next } = timer;
    if (previous === undefined) this.#slots[timer.wheelSlot] = next;
    else previous.wheelNext = next;
    if (next !== undefined) next.wheelPrevious = previous;
    timer.wheelPrevious = timer.wheelNext = undefined;
  }
}
