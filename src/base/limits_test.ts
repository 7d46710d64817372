/** The bounds: numbers that can be reached, and that fit each other. */
import { assert } from "@std/assert";
import { LIMITS } from "./limits.ts";

Deno.test("LIMITS holds positive integers", () => {
  for (const [name, value] of Object.entries(LIMITS)) {
    assert(Number.isSafeInteger(value) && value > 0, `${name}: ${value}`);
  }
});

Deno.test("LIMITS lets the largest answer out before its client is given up", () => {
  // A result's structured content stands in it twice: as itself, and quoted as text.
  assert(LIMITS.resultBytesMax < LIMITS.outputHardBytesMax);
  assert(LIMITS.outputSoftBytesMax < LIMITS.outputHardBytesMax);
});
