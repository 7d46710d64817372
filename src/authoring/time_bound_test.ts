/** Work that is stopped when its time is over. */
import { assertEquals, assertThrows } from "@std/assert";
import { runBounded, TIMED_OUT } from "./time_bound.ts";

Deno.test("runBounded() gives what the work gives, and throws what it throws", () => {
  const value = { a: 1 };
  assertEquals(runBounded(() => value, 1_000) === value, true);
  const error = new TypeError("x");
  assertEquals(
    assertThrows(() =>
      runBounded(() => {
        throw error;
      }, 1_000)
    ) === error,
    true,
  );
});

Deno.test("runBounded() stops a loop and a regular expression, and works again after", () => {
  const hopeless = "a".repeat(60);
  const works: (() => unknown)[] = [
    () => {
      for (;;);
    },
    () => /^(([a-z])+.)+[A-Z]([a-z])+$/u.test(hopeless),
  ];
  for (const work of works) {
    assertEquals(runBounded(work, 20), TIMED_OUT);
    assertEquals(runBounded(() => 1, 1_000), 1);
  }
});
