/** The wheel against a clock turned by hand and against a naive model of itself. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { CancelTimer, Clock } from "./clock.ts";
import { FakeClock } from "./fake_clock.ts";
import { TimerWheel, type WheelTimer } from "./timer_wheel.ts";

const TICK_MS = 10;
const SLOTS = 512;

class Probe implements WheelTimer {
  readonly dueMs: number;
  readonly firedMs: number[] = [];
  wheelPrevious: WheelTimer | undefined = undefined;
  wheelNext: WheelTimer | undefined = undefined;
  wheelSlot = -1;
  readonly #clock: Clock;
  readonly #action: () => void;

  constructor(clock: Clock, dueMs: number, action: () => void = () => {}) {
    this.#clock = clock;
    this.dueMs = dueMs;
    this.#action = action;
  }

  onDue(): void {
    this.firedMs.push(this.#clock.now());
    this.#action();
  }
}

/** A clock whose event loop stands still: timers fire after a jump, all of them late. */
class StallingClock implements Clock {
  #nowMs: number;
  #timers: { readonly at: number; readonly action: () => void }[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const timer = { at: this.#nowMs + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  jump(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const { action } of due) action();
  }
}

function add(wheel: TimerWheel, timer: Probe): Probe {
  wheel.add(timer);
  return timer;
}

Deno.test("TimerWheel fires a timer at its time, not a millisecond before, and once", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  const timer = add(wheel, new Probe(clock, 1_000));
  clock.advance(999);
  assertEquals(timer.firedMs, []);
  assertEquals(wheel.size, 1);
  clock.advance(1);
  assertEquals(timer.firedMs, [1_000]);
  clock.advance(20_000);
  assertEquals(timer.firedMs, [1_000]);
  assertEquals(wheel.size, 0);
});

Deno.test("TimerWheel knows the time to a tick, also after it stood still", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  clock.advance(505);
  const behind = () => clock.now() - wheel.recentMs();
  assert(behind() >= 0 && behind() < TICK_MS);
  wheel.add(new Probe(clock, clock.now() + 5_000));
  clock.advance(107);
  assert(behind() >= 0 && behind() < TICK_MS);
});

Deno.test("TimerWheel fires on its next turn what was due before it was added", () => {
  const clock = new FakeClock();
  clock.advance(5_000);
  const wheel = new TimerWheel(clock, TICK_MS);
  const timers = [0, 4_999, 5_000].map((dueMs) => add(wheel, new Probe(clock, dueMs)));
  clock.advance(TICK_MS);
  assertEquals(timers.map((timer) => timer.firedMs), [[5_010], [5_010], [5_010]]);
});

Deno.test("TimerWheel does not fire what was removed, wherever it stood in its slot", () => {
  for (const removed of [0, 1, 2]) {
    const clock = new FakeClock();
    const wheel = new TimerWheel(clock, TICK_MS);
    const timers = [100, 100, 100].map((dueMs) => add(wheel, new Probe(clock, dueMs)));
    wheel.remove(timers[removed]!);
    wheel.remove(timers[removed]!);
    assertEquals(wheel.size, 2);
    clock.advance(1_000);
    const fired = timers.map((timer) => timer.firedMs.length);
    assertEquals(fired, [1, 1, 1].with(removed, 0));
  }
});

Deno.test("TimerWheel takes a timer that was never added for one that is not there", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  const timer = add(wheel, new Probe(clock, 100));
  wheel.remove(new Probe(clock, 100));
  assertEquals(wheel.size, 1);
  clock.advance(100);
  assertEquals(timer.firedMs, [100]);
});

for (const rotations of [1, 2, 5]) {
  for (const more of [-1, 0, 1]) {
    const dueMs = (rotations * SLOTS + more) * TICK_MS;
    Deno.test(`TimerWheel fires in time after ${rotations} turns of all slots and ${more} ticks`, () => {
      const clock = new FakeClock();
      const wheel = new TimerWheel(clock, TICK_MS);
      const timer = add(wheel, new Probe(clock, dueMs));
      clock.advance(dueMs - 1);
      assertEquals(timer.firedMs, []);
      clock.advance(1);
      assertEquals(timer.firedMs, [dueMs]);
    });
  }
}

Deno.test("TimerWheel is at most a tick late, wherever in a tick the clock stands at the start", () => {
  fc.assert(fc.property(
    fc.nat(400),
    fc.integer({ min: 1, max: 800 }),
    (startQuarters, delayQuarters) => {
      const delayMs = delayQuarters / 4;
      const clock = new FakeClock();
      clock.advance(startQuarters / 4);
      const wheel = new TimerWheel(clock, TICK_MS);
      const timer = add(wheel, new Probe(clock, clock.now() + delayMs));
      clock.advance(500);
      const [firedMs] = timer.firedMs;
      assert(firedMs !== undefined && firedMs >= timer.dueMs);
      assert(
        firedMs <= timer.dueMs + TICK_MS,
        `due at ${timer.dueMs}, fired at ${firedMs}: ${firedMs - timer.dueMs} ms late`,
      );
    },
  ));
});

for (const stallMs of [5_000, SLOTS * TICK_MS - TICK_MS, SLOTS * TICK_MS, 1_000_000]) {
  Deno.test(`TimerWheel fires everything that is due after ${stallMs} ms without a turn, once`, () => {
    const clock = new StallingClock();
    const wheel = new TimerWheel(clock, TICK_MS);
    const timers = [1, 10, 500, 4_999, 5_000, 5_110, 5_120, 5_130, 20_000, 999_999]
      .map((dueMs) => add(wheel, new Probe(clock, dueMs)));
    clock.jump(stallMs);
    for (const { dueMs, firedMs } of timers) {
      assertEquals(firedMs, dueMs <= stallMs ? [stallMs] : []);
    }
    assertEquals(wheel.size, timers.filter(({ dueMs }) => dueMs > stallMs).length);
  });
}

Deno.test("TimerWheel fires in time what was added during a stall", () => {
  const clock = new StallingClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  // Something else of the event loop runs first after the stall, and adds a timer.
  const timer = new Probe(clock, 7_020);
  clock.after(0, () => wheel.add(timer));
  add(wheel, new Probe(clock, 10));
  clock.jump(7_000);
  clock.jump(TICK_MS);
  assertEquals(timer.firedMs, []);
  clock.jump(TICK_MS);
  assertEquals(timer.firedMs, [7_020]);
});

Deno.test("TimerWheel stops ticking when nothing waits, and starts again", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  assertEquals(clock.pending, 0);
  const first = add(wheel, new Probe(clock, 50));
  assertEquals(clock.pending, 1);
  wheel.remove(first);
  clock.advance(TICK_MS);
  assertEquals(clock.pending, 0);
  clock.advance(12_345);
  const second = add(wheel, new Probe(clock, clock.now() + 100));
  clock.advance(99);
  assertEquals(second.firedMs, []);
  clock.advance(11);
  assertEquals(second.firedMs.length, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("TimerWheel has one timer of the clock's, however many wait in it", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  for (let dueMs = 1; dueMs <= 10_000; dueMs++) wheel.add(new Probe(clock, dueMs));
  assertEquals([wheel.size, clock.pending], [10_000, 1]);
});

Deno.test("TimerWheel fires nothing after close()", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  const timer = add(wheel, new Probe(clock, 100));
  wheel.close();
  wheel.close();
  clock.advance(10_000);
  assertEquals(timer.firedMs, []);
  assertEquals(clock.pending, 0);
});

Deno.test("TimerWheel takes a timer that is added while another fires", () => {
  for (const delayMs of [0, 1, TICK_MS, SLOTS * TICK_MS]) {
    const clock = new FakeClock();
    const wheel = new TimerWheel(clock, TICK_MS);
    let second: Probe | undefined;
    add(
      wheel,
      new Probe(clock, 100, () => {
        second = add(wheel, new Probe(clock, clock.now() + delayMs));
      }),
    );
    clock.advance(100);
    assertEquals(second?.firedMs, []);
    clock.advance(delayMs + TICK_MS);
    assertEquals(second?.firedMs.length, 1);
  }
});

Deno.test("TimerWheel does not fire what another timer of the same slot has removed", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  // Whichever fires first removes the two others.
  const timers: Probe[] = [1, 2, 3].map(() =>
    new Probe(clock, 100, () => timers.forEach((timer) => wheel.remove(timer)))
  );
  for (const timer of timers) wheel.add(timer);
  clock.advance(10_000);
  assertEquals(timers.flatMap((timer) => timer.firedMs), [100]);
  assertEquals(wheel.size, 0);
});

Deno.test("TimerWheel loses no timer of a slot in which another one removes its neighbour", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, TICK_MS);
  const timers: Probe[] = [];
  for (let i = 0; i < 4; i++) {
    // Each removes the one that was added before it, which stands behind it in the slot.
    timers.push(add(wheel, new Probe(clock, 100, () => i > 0 && wheel.remove(timers[i - 1]!))));
  }
  clock.advance(100);
  const fired = timers.filter(({ firedMs }) => firedMs.length === 1);
  assertEquals(wheel.size, 0);
  assertEquals(fired.map(({ firedMs }) => firedMs[0]), fired.map(() => 100));
  assertEquals(fired.length, 2);
});

type Step =
  | { readonly do: "add"; readonly delayMs: number }
  | { readonly do: "remove"; readonly pick: number }
  | { readonly do: "pass"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), delayMs: fc.nat(3_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(1_500) }) },
);

const CLOCKS = [
  ["that turns", () => {
    const clock = new FakeClock();
    return { clock, pass: (ms: number) => clock.advance(ms) };
  }],
  ["that stalls", () => {
    const clock = new StallingClock();
    return { clock, pass: (ms: number) => clock.jump(ms) };
  }],
] as const;

for (const [kind, create] of CLOCKS) {
  Deno.test(`TimerWheel does what a plain list of timers does, on a clock ${kind}`, () => {
    // Ticks of 1 ms, so that a few seconds are many turns of all slots.
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, pass } = create();
      const wheel = new TimerWheel(clock, 1);
      const waiting = new Set<Probe>();
      const removed = new Set<Probe>();
      const all: Probe[] = [];
      for (const step of steps) {
        if (step.do === "add") {
          // Due a tick from now at least: what is due already waits for the next turn.
          const timer = add(wheel, new Probe(clock, clock.now() + step.delayMs + 1));
          waiting.add(timer);
          all.push(timer);
        } else if (step.do === "pass") {
          pass(step.ms);
          for (const timer of waiting) if (timer.dueMs <= clock.now()) waiting.delete(timer);
        } else if (all.length > 0) {
          const timer = all[step.pick % all.length]!;
          wheel.remove(timer);
          if (waiting.delete(timer)) removed.add(timer);
        }
        assertEquals(wheel.size, waiting.size);
        for (const timer of all) {
          const live = waiting.has(timer) || removed.has(timer);
          assertEquals(timer.firedMs.length, live ? 0 : 1);
          if (!live) assert(timer.firedMs[0]! >= timer.dueMs);
        }
      }
    }));
  });
}
