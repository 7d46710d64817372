/** Load in simulated time: what is counted, when calls are made, and from when they are late. */
import { assert, assertEquals } from "@std/assert";
import { type CallOnce, dueAt, generateLoad, type LoadPlan } from "./generate_load.ts";
import { SimulatedClock } from "./simulated_clock.ts";

const PLAN: LoadPlan = {
  concurrency: 1,
  ratePerSec: undefined,
  durationMs: 1_000,
  timedEvery: 1,
  pieceMs: 100,
};

/** Waits until all promises that are settled have been heard of. */
const idle = () => new Promise<void>((resolve) => void setImmediate(resolve));

function run(
  plan: Partial<LoadPlan>,
  callOf: (clock: SimulatedClock) => CallOnce,
  signal = new AbortController().signal,
) {
  const clock = new SimulatedClock();
  return clock.run(generateLoad(callOf(clock), { ...PLAN, ...plan }, clock, signal), idle);
}

/** Answers after 1 ms, but for one call that takes half a second. */
const stalling = (clock: SimulatedClock): CallOnce => async (number) => {
  await clock.sleep(number === 20 ? 500 : 1);
  return undefined;
};

Deno.test("an open loop charges a stall with all calls that fell due meanwhile", async () => {
  const { recorder } = await run({ ratePerSec: 100 }, stalling);
  assertEquals(recorder.results, 100);
  const { p50, p90, max } = recorder.latencies.summary();
  // Every other call was due while the server stood still.
  assert(p50 > 1_000, `p50 is ${p50}`);
  assert(p90 > 300_000, `p90 is ${p90}`);
  assert(max >= 500_000, `max is ${max}`);
});

Deno.test("a closed loop sees a stall once", async () => {
  const { recorder } = await run({}, stalling);
  const { p50, p99, max } = recorder.latencies.summary();
  assert(p99 < 1_100 && p50 < 1_100, `p99 is ${p99}`);
  assert(max >= 500_000, `max is ${max}`);
});

Deno.test("an open loop makes calls at its rate, however fast they are answered", async () => {
  const begun: number[] = [];
  const { recorder, elapsedMs } = await run({ ratePerSec: 250, concurrency: 4 }, (clock) => () => {
    begun.push(clock.now() - 1_000);
    return undefined;
  });
  assertEquals(recorder.results, 250);
  assert(elapsedMs <= 1_001);
  for (const [number, atMs] of begun.entries()) {
    const lateMs = atMs - dueAt(0, number, 250);
    assert(lateMs >= 0 && lateMs <= 0.5, `call ${number} is late by ${lateMs} ms`);
  }
});

Deno.test("calls that nobody was free to make count as unsent, with what they had waited", async () => {
  const slow = (clock: SimulatedClock): CallOnce => async () => {
    await clock.sleep(100);
    return undefined;
  };
  const { recorder } = await run({ ratePerSec: 100 }, slow);
  assertEquals(recorder.results, 10);
  assertEquals(Object.fromEntries(recorder.errors), { unsent: 90 });
  assert(recorder.latencies.summary().p50 > 300_000);
});

Deno.test("so many calls are open at once, and not more", async () => {
  let [open, most] = [0, 0];
  await run({ concurrency: 7 }, (clock) => async () => {
    most = Math.max(most, ++open);
    await clock.sleep(3);
    open--;
    return undefined;
  });
  assertEquals(most, 7);
});

Deno.test("errors are counted by code and have no latency", async () => {
  const { recorder } = await run({}, (clock) => async (number) => {
    await clock.sleep(1);
    return number % 4 === 0 ? "rate_limited" : undefined;
  });
  assertEquals(recorder.errors.get("rate_limited"), 250);
  assertEquals(recorder.results, 750);
  assertEquals(recorder.latencies.count, 750);
  assertEquals(recorder.errorCount, 250);
});

Deno.test("pieces of time have what happened in them", async () => {
  const { recorder } = await run({}, (clock) => async (number) => {
    await clock.sleep(number < 500 ? 1 : 5);
    return undefined;
  });
  const rates = recorder.timeline.map(({ callsPerSec }) => Math.round(callsPerSec / 100) * 100);
  assertEquals(rates, [1000, 1000, 1000, 1000, 1000, 200, 200, 200, 200, 200]);
});

Deno.test("a signal ends a run before its time", async () => {
  const stop = new AbortController();
  const { recorder, elapsedMs } = await run({ concurrency: 2 }, (clock) => async (number) => {
    await clock.sleep(1);
    if (number === 50) stop.abort();
    return undefined;
  }, stop.signal);
  assert(recorder.results < 60 && elapsedMs < 60);
});

Deno.test("calls that answer at once let others run", async () => {
  let ticks = 0;
  let calls = 0;
  await run({ timedEvery: 8, durationMs: 0.4 }, (clock) => {
    // Time goes on only in turns, so the run ends only if there are some.
    void clock.turn().then(() => ticks++);
    return () => void calls++;
  });
  assertEquals(ticks, 1);
  assert(calls > 1_000);
});
