/** Wildcards against names, and that no pattern takes for ever. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { globsMeet, nameFits } from "./name_glob.ts";

Deno.test("nameFits() says what the same pattern says as a regular expression", () => {
  const chars = fc.constantFrom("a", "b", ".", "*", "?");
  const glob = fc.string({ unit: chars, maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 10 });
  fc.assert(fc.property(glob, name, (glob, name) => {
    const source = glob.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
    assertEquals(nameFits(glob, name), new RegExp(`^${source}$`, "s").test(name));
  }));
});

Deno.test("nameFits() takes no pattern for more than its letters", () => {
  assertEquals(nameFits("a.c", "abc"), false);
  assertEquals(nameFits("[ab]", "a"), false);
  assertEquals(nameFits("A", "a"), false);
  assertEquals(nameFits("*a".repeat(100) + "b", "a".repeat(200)), false);
});

Deno.test("globsMeet() says whether some name fits both", () => {
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 5 });
  // Of the shortest names that fit both, none is longer than the two globs.
  const names = [""];
  for (let i = 0; names[i]!.length < 10; i++) names.push(`${names[i]}a`, `${names[i]}b`);
  fc.assert(fc.property(glob, glob, (a, b) => {
    const isMet = names.some((name) => nameFits(a, name) && nameFits(b, name));
    assertEquals(globsMeet(a, b), isMet, `${a} ${b}`);
  }));
  assertEquals(globsMeet("users://12", "users://*"), true);
  assertEquals(globsMeet("read_*", "write_*"), false);
});
