/** Shows which lines are found, and how long ones are shown. */
import { LIMITS } from "../../../base/limits.ts";
import { assert, assertEquals } from "@std/assert";
import { findLines } from "./find_lines.ts";

const FIND = { ignoreCase: false, max: 10 };

Deno.test("findLines() counts lines from 1 and gives each once", () => {
  const text = "x\r\n\nxx x\ny\nx";
  assertEquals(findLines(text, "x", FIND), [
    { line: 1, text: "x" },
    { line: 3, text: "xx x" },
    { line: 5, text: "x" },
  ]);
  assertEquals(findLines(text, "z", FIND), []);
  assertEquals(findLines("", "z", FIND), []);
});

Deno.test("findLines() stops at the bound", () => {
  for (const count of [9, 10, 11]) {
    assertEquals(findLines("x\n".repeat(count), "x", FIND).length, Math.min(count, 10));
  }
});

Deno.test("findLines() takes upper and lower case as alike when told so", () => {
  assertEquals(findLines("ÄBC", "äb", FIND), []);
  assertEquals(findLines("ÄBC", "äB", { ...FIND, ignoreCase: true }), [{ line: 1, text: "ÄBC" }]);
});

Deno.test("findLines() clips long lines around what it found", () => {
  const of = (before: number, after: number) => {
    return findLines("a".repeat(before) + "needle" + "b".repeat(after), "needle", FIND)[0]!.text;
  };
  assertEquals(of(0, LIMITS.searchLineCharsMax - 6).length, LIMITS.searchLineCharsMax);
  assertEquals(of(0, LIMITS.searchLineCharsMax - 5).length, LIMITS.searchLineCharsMax + 1);
  for (const text of [of(0, 1_000), of(1_000, 1_000), of(1_000, 0)]) {
    assert(text.includes("needle"), text);
    assert(text.length <= LIMITS.searchLineCharsMax + 2);
  }
  assert(of(1_000, 1_000).startsWith("…a") && of(1_000, 1_000).endsWith("b…"));
});
