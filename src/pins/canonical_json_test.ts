import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { GomcpError } from "../base/errors.ts";
import { canonicalHash, canonicalJson } from "./canonical_json.ts";

Deno.test("canonicalJson() gives the text of RFC 8785's own example", () => {
  // RFC 8785, section 3.2.2 and 3.2.3.
  const value = {
    numbers: [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    literals: [null, true, false],
  };
  assertEquals(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

Deno.test("canonicalJson() sorts keys by their UTF-16 units, numbers among them", () => {
  // RFC 8785, section 3.2.3; an emoji begins with a smaller unit than U+FB33.
  const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6", "10", "9"];
  const sorted = Object.keys(
    JSON.parse(canonicalJson(Object.fromEntries(keys.map((k) => [k, 1])))),
  );
  assertEquals(new Set(sorted), new Set(keys));
  const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 1])));
  assertEquals(
    text,
    '{"\\r":1,"1":1,"10":1,"9":1,"\u0080":1,"\u00f6":1,"\u20ac":1,"\u{1f600}":1,"\ufb33":1}',
  );
});

Deno.test("canonicalJson() says the same for any order of keys, and parses to the same value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = canonicalJson(value);
    assertEquals(canonicalJson(JSON.parse(text)), text);
    assertEquals(canonicalHash(reversed(value)), canonicalHash(value));
  }));
});

Deno.test("canonicalHash() tells different definitions apart", () => {
  assertNotEquals(canonicalHash({ name: "a" }), canonicalHash({ name: "b" }));
  assertEquals(canonicalHash({}), "sha256-RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o");
});

Deno.test("canonicalJson() refuses what has no canonical form", () => {
  for (const value of [NaN, Infinity, 1n, () => 0, "\ud800", { "\udc00": 1 }]) {
    assertThrows(() => canonicalJson(value), GomcpError, "canonical JSON");
  }
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).reverse().map(([key, each]) => [key, reversed(each)]);
  return Object.fromEntries(members);
}
