/** The algorithm at its edges. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { checkRateLimits } from "../base/rate_limit.ts";
import { createGcra, moreInNs, remainingCalls, waitNs } from "./gcra.ts";

const SECOND_NS = 1_000_000_000;

function gcra(count: number, periodMs: number, burst?: number) {
  const limit = { name: "x", count, periodMs, ...(burst !== undefined && { burst }) };
  return createGcra(checkRateLimits([limit])[0]!);
}

const INTERVALS: readonly (readonly [number, number, number])[] = [
  [1, 1_000, SECOND_NS],
  [10, 1_000, SECOND_NS / 10],
  [3, 1_000, 333_333_334],
  [1_000_000, 1_000, 1_000],
  [999_983, 1_000, 1_001],
  [1, 86_400_000, 86_400 * SECOND_NS],
];

for (const [count, periodMs, intervalNs] of INTERVALS) {
  Deno.test(`createGcra() makes ${count} per ${periodMs} ms one call in ${intervalNs} ns, never less`, () => {
    assertEquals(gcra(count, periodMs, 1), { intervalNs, toleranceNs: 0 });
    assertEquals(gcra(count, periodMs, 3), { intervalNs, toleranceNs: 2 * intervalNs });
  });
}

Deno.test("waitNs() lets a call pass that comes early by the tolerance, and no nanosecond more", () => {
  const limit = gcra(10, 1_000, 3);
  const nowNs = 7 * SECOND_NS;
  for (const [ahead, wait] of [[0, -2], [1, -1], [2, 0], [3, 1]] as const) {
    const tatNs = nowNs + ahead * limit.intervalNs;
    assertEquals(waitNs(limit, tatNs, nowNs), wait * limit.intervalNs);
  }
  const tatNs = nowNs + limit.toleranceNs + 1;
  assertEquals(waitNs(limit, tatNs, nowNs), 1);
});

Deno.test("remainingCalls() and moreInNs() say what asking call by call would show", () => {
  const params = fc.record({
    count: fc.integer({ min: 1, max: 50 }),
    burst: fc.integer({ min: 1, max: 20 }),
    ahead: fc.integer({ min: 0, max: 40 * SECOND_NS }),
  });
  fc.assert(fc.property(params, ({ count, burst, ahead }) => {
    const limit = gcra(count, 1_000, burst);
    const nowNs = 5 * SECOND_NS;
    const passes = (tatNs: number, atNs: number) => {
      let calls = 0;
      for (let tat = Math.max(tatNs, atNs); waitNs(limit, tat, atNs) <= 0; calls++) {
        tat += limit.intervalNs;
      }
      return calls;
    };
    const tatNs = nowNs + ahead;
    const calls = passes(tatNs, nowNs);
    assertEquals(remainingCalls(limit, tatNs, nowNs), calls);
    if (calls === burst) return; // there will never be more
    const moreNs = moreInNs(limit, tatNs, nowNs);
    assertEquals(passes(tatNs, nowNs + moreNs - 1), calls);
    assertEquals(passes(tatNs, nowNs + moreNs), calls + 1);
  }));
});
