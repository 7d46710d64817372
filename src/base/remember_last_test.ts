/** The look-up that remembers what it found last. */
import { assertEquals } from "@std/assert";
import { rememberLast } from "./remember_last.ts";

Deno.test("rememberLast() finds what its look-up finds, and asks only for another name", () => {
  const asked: string[] = [];
  const known = new Map([["a", 1], ["b", 2]]);
  const find = rememberLast((name) => {
    asked.push(name);
    return known.get(name);
  });
  assertEquals(["a", "a", "b", "a"].map(find), [1, 1, 2, 1]);
  assertEquals(asked, ["a", "b", "a"]);
});

Deno.test("rememberLast() does not remember what it did not find", () => {
  const known = new Map<string, number>();
  const find = rememberLast((name) => known.get(name));
  assertEquals(find("a"), undefined);
  known.set("a", 1);
  assertEquals(find("a"), 1);
});
