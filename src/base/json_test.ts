/** Small questions about values that came as data. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { isRecord, kindOf, pointerStep, quoted } from "./json.ts";

const VALUES: readonly (readonly [unknown, boolean, string])[] = [
  [{}, true, "object"],
  [Object.create(null), true, "object"],
  [null, false, "null"],
  [[], false, "array"],
  [undefined, false, "undefined"],
  ["", false, "string"],
  [0, false, "number"],
  [true, false, "boolean"],
  [() => 0, false, "function"],
  [1n, false, "bigint"],
];

Deno.test("isRecord() and kindOf() tell objects from null and arrays", () => {
  for (const [value, record, kind] of VALUES) {
    assertEquals(isRecord(value), record);
    assertEquals(kindOf(value), kind);
  }
});

Deno.test("pointerStep() escapes as RFC 6901 says", () => {
  const steps = ["a", "", "a/b", "m~n", "~1", "a~/b", 0, Symbol("s")].map(pointerStep);
  assertEquals(steps, ["/a", "/", "/a~1b", "/m~0n", "/~01", "/a~0~1b", "/0", "/Symbol(s)"]);
});

Deno.test("pointerStep() can be undone for every key", () => {
  fc.assert(fc.property(fc.string(), (key) => {
    const step = pointerStep(key);
    assertEquals(step.indexOf("/", 1), -1);
    assertEquals(step.slice(1).replaceAll("~1", "/").replaceAll("~0", "~"), key);
  }));
});

Deno.test("quoted() says what JSON.stringify says", () => {
  const texts = [
    "",
    "hello world",
    'a "quote"',
    "back\\slash",
    "tab\t",
    "\0",
    "\x7f",
    "ü",
    "😀",
    "\ud800",
    "~ !#[]",
  ];
  for (const text of texts) assertEquals(quoted(text), JSON.stringify(text));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => quoted(text) === JSON.stringify(text)),
  );
});

Deno.test("quoted() escapes what must be, wherever it stands in a long text", () => {
  const long = "a long text without anything unusual in it";
  const unusual = fc.constantFrom('"', "\\", "\n", "\0", "\x7f", "ü", "\ud800", "😀");
  fc.assert(fc.property(unusual, fc.nat({ max: long.length }), (char, at) => {
    const text = long.slice(0, at) + char + long.slice(at);
    assertEquals([quoted(long), quoted(text)], [JSON.stringify(long), JSON.stringify(text)]);
  }));
});
