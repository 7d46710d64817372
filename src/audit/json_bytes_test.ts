/** Sizes as JSON: the same as of the text that JSON.stringify makes. */
import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { jsonBytes } from "./json_bytes.ts";

function reference(value: unknown): number | undefined {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : new TextEncoder().encode(text).length;
}

Deno.test("jsonBytes() is the length of the JSON text as UTF-8", () => {
  const text = fc.string({ unit: "binary", maxLength: 30 });
  fc.assert(
    fc.property(fc.anything({ key: text, values: [text, fc.double(), fc.boolean()] }), (v) => {
      assertEquals(jsonBytes(v), reference(v));
    }),
  );
});

const CASES: readonly unknown[] = [
  "x".repeat(4_096),
  "é".repeat(4_097),
  '"\\\b\n\x7f\u2028\ud800',
  -0,
  1e21,
  NaN,
  undefined,
  () => 1,
  { a: undefined, b: () => 1, c: 1 },
  [undefined, () => 1],
  new Array(3),
  new Date(0),
  new Map([[1, 2]]),
  { toJSON: () => "short" },
  Object.assign([1], { toJSON: () => 1 }),
  Object.create(null),
  new (class A {
    b = 1;
  })(),
];

for (const [index, value] of CASES.entries()) {
  Deno.test(`jsonBytes() is right of special value ${index}`, () => {
    assertEquals(jsonBytes(value), reference(value));
  });
}

Deno.test("jsonBytes() throws where there is no JSON", () => {
  assertThrows(() => jsonBytes({ a: 1n }), TypeError);
  const cycle: unknown[] = [];
  cycle.push(cycle);
  assertThrows(() => jsonBytes(cycle));
});
