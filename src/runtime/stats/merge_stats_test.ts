/** The counts of several processes. */
import { assertEquals } from "@std/assert";
import { mergeStats } from "./merge_stats.ts";

function row(name: string, calls: number, latency: readonly (readonly [number, number])[] = []) {
  return { name, calls, refused: 1, failed: 2, inFlight: 3, latency, latencySumMs: 0.5 };
}

Deno.test("mergeStats() adds up what has the same name, latencies too", () => {
  const late = { code: "deadline_exceeded", calls: 2 } as const;
  const one = {
    tools: [row("a", 1, [[5, 1]]), row("b", 1)],
    tenants: [row("t", 2)],
    problems: [late],
  };
  const other = { code: "rate_limited", calls: 1 } as const;
  const two = { tools: [row("a", 10, [[5, 2], [9, 1]])], tenants: [], problems: [other, late] };
  assertEquals(mergeStats([one, two]), {
    tools: [
      {
        name: "a",
        calls: 11,
        refused: 2,
        failed: 4,
        inFlight: 6,
        latency: [[5, 3], [9, 1]],
        latencySumMs: 1,
      },
      row("b", 1),
    ],
    tenants: [row("t", 2)],
    problems: [{ ...late, calls: 4 }, other],
  });
  assertEquals(mergeStats([]), { tools: [], tenants: [], problems: [] });
});
