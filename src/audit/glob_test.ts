/** Names by patterns. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { anyGlob, globTest } from "./glob.ts";

const CASES: readonly (readonly [string, string, boolean])[] = [
  ["", "", true],
  ["*", "", true],
  ["*", "anything", true],
  ["a", "a", true],
  ["a", "A", false],
  ["a", "ab", false],
  ["a*", "ab", true],
  ["*b", "ab", true],
  ["*b", "abc", false],
  ["a*c*e", "abcde", true],
  ["a*c*e", "abcd", false],
  ["?", "", false],
  ["?", "x", true],
  ["a?c", "abc", true],
  ["**a**", "xax", true],
  ["a.c", "abc", false],
  ["[ab]", "a", false],
];

for (const [pattern, text, fits] of CASES) {
  Deno.test(`globTest("${pattern}") ${fits ? "takes" : "leaves"} "${text}"`, () => {
    assertEquals(globTest(pattern)(text), fits);
  });
}

Deno.test("globTest() says what the same regular expression says", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 10 });
  fc.assert(fc.property(pattern, text, (pattern, text) => {
    const regex = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
    assertEquals(globTest(pattern)(text), regex.test(text));
  }));
});

Deno.test("globTest() can leave case alone", () => {
  assertEquals(globTest("*ToKen", { ignoreCase: true })("my_TOKEN"), true);
  assertEquals(anyGlob(["a", "B*"], { ignoreCase: true })("bee"), true);
  assertEquals(anyGlob([])("a"), false);
});

Deno.test("globTest() does not take long for a pattern made to take long", () => {
  const text = "a".repeat(20_000);
  assertEquals(globTest("*a*a*a*a*a*a*a*b")(text), false);
});
