/** The line that tells how far a replay has come. */
import { assertEquals } from "@std/assert";
import { progressText } from "./progress.ts";

Deno.test("the bar fills with the calls, and tells the time where it is known", () => {
  const size = { calls: 4, plannedMs: 12_345 };
  const counts = (replayed: number, different = 0) => ({ replayed, different });
  const empty = ".".repeat(30);
  assertEquals(
    progressText(counts(0), size, 0),
    `[${empty}] 0/4 calls, 0 different, 0.0s of 12s`,
  );
  const half = "#".repeat(15) + ".".repeat(15);
  const whole = "#".repeat(30);
  const open = { calls: 4, plannedMs: undefined };
  assertEquals(progressText(counts(2, 1), open, 61_000), `[${half}] 2/4 calls, 1 different, 61s`);
  assertEquals(progressText(counts(4), open, 9_940), `[${whole}] 4/4 calls, 0 different, 9.9s`);
  const none = { calls: 0, plannedMs: 0 };
  assertEquals(
    progressText(counts(0), none, 0),
    `[${empty}] 0/0 calls, 0 different, 0.0s of 0.0s`,
  );
});
