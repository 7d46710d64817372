/** How deep a text is nested, told without parsing it. */
import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { depthExceeds, parseMessage } from "./json_depth.ts";
import { LIMITS } from "./limits.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

Deno.test("depthExceeds() agrees with the parsed value, to the level", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 8, noUnicodeString: false }), (text) => {
    const depth = depthOf(JSON.parse(text));
    for (const max of [depth - 1, depth, depth + 1]) {
      if (max >= 0) assertEquals(depthExceeds(text, max), depth > max, text);
    }
  }));
});

Deno.test("depthExceeds() is not misled by brackets in strings, nor by escaped quotes", () => {
  const strings = ['"[[[[[["', '"\\"[[[["', '"\\\\"', '"{\\\\\\"{{{{"'];
  for (const text of strings) assertEquals(depthExceeds(`[${text}, [1]]`, 2), false, text);
  for (const text of strings) assertEquals(depthExceeds(`[${text}, [1]]`, 1), true, text);
});

Deno.test("depthExceeds() looks at width as such: many brackets side by side are not deep", () => {
  assertEquals(depthExceeds(`[${"[],".repeat(1_000)}1]`, 2), false);
});

Deno.test("parseMessage() takes what is as deep as the bound, and nothing deeper", () => {
  const blanks = " ".repeat(LIMITS.messageShortChars);
  const nested = (depth: number) => blanks + "[".repeat(depth) + "]".repeat(depth);
  const max = LIMITS.messageDepthMax;
  for (const depth of [max - 1, max]) assertEquals(depthOf(parseMessage(nested(depth))), depth);
  assertThrows(() => parseMessage(nested(max + 1)), SyntaxError, `nested more than ${max} deep`);
});

Deno.test("parseMessage() takes a short text as deep as it is", () => {
  const depth = LIMITS.messageShortChars / 2;
  assertEquals(depthOf(parseMessage("[".repeat(depth) + "]".repeat(depth))), depth);
});
