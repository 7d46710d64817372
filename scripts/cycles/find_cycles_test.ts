/** Shows which cycles are found in a graph, and how they are told. */
import { assertEquals } from "@std/assert";
import { findCycles } from "./find_cycles.ts";

const CASES: [name: string, graph: Record<string, string[]>, cycles: string[][]][] = [
  ["nothing in a tree", { a: ["b", "c"], b: ["c"], c: [] }, []],
  ["a file that imports itself", { a: ["a"] }, [["a"]]],
  ["two files that import each other, once", { b: ["a"], a: ["b"] }, [["a", "b"]]],
  ["a long way round", { a: ["b"], b: ["c"], c: ["d"], d: ["a"] }, [["a", "b", "c", "d"]]],
  ["a cycle that the first file only leads to", { a: ["b"], b: ["c"], c: ["b"] }, [["b", "c"]]],
  ["two cycles that share a file", { a: ["b", "c"], b: ["a"], c: ["a"] }, [["a", "b"], ["a", "c"]]],
  ["a short and a long cycle", { a: ["b"], b: ["a", "c"], c: ["a"] }, [["a", "b"], [
    "a",
    "b",
    "c",
  ]]],
  ["imports of files that are not in the graph", { a: ["x"] }, []],
];

for (const [name, graph, cycles] of CASES) {
  Deno.test(`findCycles() tells ${name}`, () => {
    assertEquals(findCycles(new Map(Object.entries(graph))), cycles);
  });
}
