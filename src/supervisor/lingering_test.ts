/** Tools that go on after their call: how often they are looked at. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { Call } from "../pipeline/call.ts";
import { Lingering } from "./lingering.ts";
import { Run } from "./run.ts";

function runOf(id: number): Run {
  const call = new Call({ tool: "t", args: {}, adapter: "library", id });
  return new Run(call, { onAnswered: () => {}, onDeadline: () => {} }, 0, 1_000);
}

function setUp(answer: () => boolean = () => true) {
  const clock = new FakeClock();
  const asked: (string | number)[] = [];
  const lingering = new Lingering(clock, 100, (run) => {
    asked.push(run.call.id);
    return answer();
  });
  return { clock, asked, lingering };
}

Deno.test("Lingering gives a run up at the second heartbeat, and asks about it once", () => {
  const { clock, asked, lingering } = setUp();
  lingering.add(runOf(1));
  clock.advance(199);
  assertEquals(asked, []);
  clock.advance(1);
  assertEquals(asked, [1]);
  clock.advance(1_000);
  assertEquals(asked, [1]);
  assertEquals(clock.pending, 0);
});

Deno.test("Lingering counts each run's heartbeats by itself", () => {
  const { clock, asked, lingering } = setUp();
  lingering.add(runOf(1));
  clock.advance(150);
  lingering.add(runOf(2));
  clock.advance(50);
  assertEquals(asked, [1]);
  clock.advance(100);
  assertEquals(asked, [1, 2]);
});

Deno.test("Lingering asks again about a run that could not be given up", () => {
  let willing = false;
  const { clock, asked, lingering } = setUp(() => willing);
  lingering.add(runOf(1));
  clock.advance(400);
  assertEquals(asked, [1, 1, 1]);
  willing = true;
  clock.advance(1_000);
  assertEquals(asked, [1, 1, 1, 1]);
});

Deno.test("Lingering forgets a run that has ended, and stops its heartbeat with the last one", () => {
  const { clock, asked, lingering } = setUp();
  const run = runOf(1);
  lingering.add(run);
  lingering.delete(run);
  lingering.delete(run);
  clock.advance(100);
  assertEquals(clock.pending, 0);
  clock.advance(1_000);
  assertEquals(asked, []);
});

Deno.test("Lingering looks no more once it is closed", () => {
  const { clock, asked, lingering } = setUp();
  lingering.add(runOf(1));
  lingering.close();
  lingering.close();
  clock.advance(1_000);
  assertEquals([asked.length, clock.pending], [0, 0]);
});
