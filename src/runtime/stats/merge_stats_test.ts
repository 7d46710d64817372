/** The counts of several processes. */
import { assertEquals } from "@std/assert";
import { mergeStats } from "./merge_stats.ts";

function row(name: string, calls: number, latency: readonly (readonly [number, number])[] = []) {
  return { name, calls, refused: 1, failed: 2, inFlight: 3, latency };
}

Deno.test("mergeStats() adds up what has the same name, latencies too", () => {
  const one = { tools: [row("a", 1, [[5, 1]]), row("b", 1)], tenants: [row("t", 2)] };
  const two = { tools: [row("a", 10, [[5, 2], [9, 1]])], tenants: [] };
  assertEquals(mergeStats([one, two]), {
    tools: [
      { name: "a", calls: 11, refused: 2, failed: 4, inFlight: 6, latency: [[5, 3], [9, 1]] },
      row("b", 1),
    ],
    tenants: [row("t", 2)],
  });
  assertEquals(mergeStats([]), { tools: [], tenants: [] });
});
