/** Percent-encoding: whatever stands beside it, an encoded character is found. */
import { assertEquals } from "@std/assert";
import { decodePercents, decodings } from "./percent.ts";

Deno.test("decodePercents decodes what decodeURIComponent does, and what stands beside broken bytes", () => {
  for (const text of ["", "a/b", "1%32", "%c3%a9%C3%A9", "%EF%BB%BFa", "%F0%9F%99%82", "%2f%25"]) {
    assertEquals(decodePercents(text), decodeURIComponent(text));
  }
  assertEquals(decodePercents("%FF%32 100% %zz"), "\uFFFD2 100% %zz");
});

Deno.test("decodings go on until nothing is left, but not for ever", () => {
  assertEquals(decodings("a", 2), ["a"]);
  assertEquals(decodings("%252532", 3), ["%252532", "%2532", "%32", "2"]);
  assertEquals(decodings("%252532", 2), undefined);
});
