/** The real clock, as far as it can be tested without waiting. */
import { assert, assertEquals } from "@std/assert";
import { systemClock } from "./clock.ts";

Deno.test("systemClock tells monotonic time and the time of day", () => {
  const first = systemClock.now();
  assert(systemClock.now() >= first);
  assert(Math.abs(systemClock.wall() - Date.now()) < 1_000);
});

Deno.test("systemClock calls once what is due, and not what was cancelled", async () => {
  const calls: string[] = [];
  const cancel = systemClock.after(0, () => calls.push("cancelled"));
  cancel();
  cancel();
  const keepAlive = setTimeout(() => {}, 10_000);
  await new Promise<void>((resolve) => {
    systemClock.after(0, () => {
      calls.push("called");
      resolve();
    });
  });
  clearTimeout(keepAlive);
  assertEquals(calls, ["called"]);
});
