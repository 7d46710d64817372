/** The clock of the tests: it must itself be above doubt. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "./fake_clock.ts";

Deno.test("FakeClock stands still until it is advanced", () => {
  const clock = new FakeClock();
  const wall = clock.wall();
  assertEquals(clock.now(), 0);
  clock.advance(1.5);
  assertEquals(clock.now(), 1.5);
  assertEquals(clock.wall(), wall + 1.5);
});

Deno.test("FakeClock fires a timer at its time, not before, and once", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  clock.after(10, () => fired.push(clock.now()));
  clock.advance(9);
  assertEquals(fired, []);
  clock.advance(1);
  assertEquals(fired, [10]);
  clock.advance(100);
  assertEquals(fired, [10]);
});

Deno.test("FakeClock fires timers in the order of their time, equal ones in the order of their start", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.after(20, () => fired.push("late"));
  clock.after(10, () => fired.push("first"));
  clock.after(10, () => fired.push("second"));
  clock.advance(30);
  assertEquals(fired, ["first", "second", "late"]);
});

Deno.test("FakeClock fires what a timer starts within the same advance", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.now());
    clock.after(10, again);
  };
  clock.after(10, again);
  clock.advance(35);
  assertEquals(fired, [10, 20, 30]);
  assertEquals(clock.now(), 35);
});

Deno.test("FakeClock does not fire what was cancelled, also by a timer of the same moment", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.after(10, () => {
    fired.push("first");
    cancel();
    cancel();
  });
  const cancel = clock.after(10, () => fired.push("second"));
  assertEquals(clock.pending, 2);
  clock.advance(10);
  assertEquals(fired, ["first"]);
  assertEquals(clock.pending, 0);
});
