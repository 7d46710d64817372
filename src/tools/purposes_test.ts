/** Purposes of arguments: checked when the tool is defined. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { checkPurposes } from "./purposes.ts";

const INPUT = { type: "object", properties: { a: {}, "b/c": {} } };

Deno.test("checkPurposes() takes names, pointers and sizes", () => {
  assertEquals(checkPurposes(undefined, INPUT), undefined);
  const purposes = {
    a: "html",
    "/a/0/x": "sql",
    "/b~1c": { for: "code", stringBytesMax: 4_194_304 },
  };
  assertEquals(checkPurposes(purposes, INPUT) as unknown, purposes);
  assertEquals(checkPurposes({ any: "path" }, { type: "object" }) as unknown, { any: "path" });
});

const WRONG: readonly (readonly [unknown, RegExp])[] = [
  ["html", /no object/],
  [{ x: "html" }, /"x" is of no argument/],
  [{ "/x/y": "html" }, /"\/x\/y" is of no argument/],
  [{ a: "css" }, /"a" is "css", expected one of html, sql/],
  [{ a: 1 }, /"a" is number/],
  [{ a: { for: "code", max: 1 } }, /has "max"/],
  [{ a: { stringBytesMax: 1 } }, /is undefined/],
  [{ a: { for: "code", stringBytesMax: 0 } }, /no number from 1/],
  [{ a: { for: "code", stringBytesMax: 4_194_305 } }, /no number from 1/],
];

Deno.test("checkPurposes() refuses what protects nothing", () => {
  for (const [purposes, pattern] of WRONG) {
    const error = assertThrows(() => checkPurposes(purposes, INPUT), GomcpError);
    assertEquals(pattern.test(error.message), true, error.message);
  }
});
