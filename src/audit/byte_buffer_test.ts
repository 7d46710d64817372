/** The buffer: texts and numbers as they are, in order, however much. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { ByteBuffer } from "./byte_buffer.ts";

const piece = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -1, -0, 0.5, 1e21, NaN),
);

Deno.test("what is added comes out as JSON has it, in order", () => {
  const buffer = new ByteBuffer();
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    buffer.clear();
    for (const each of pieces) {
      if (typeof each === "number") buffer.number(each);
      else buffer.text(each);
    }
    const expected = pieces.map((each) => typeof each === "number" ? JSON.stringify(each) : each);
    assertEquals(new TextDecoder().decode(buffer.bytes), expected.join("").toWellFormed());
    assertEquals(buffer.length, buffer.bytes.length);
  }));
});

Deno.test("it grows, keeps what is in it, and begins anew", () => {
  const buffer = new ByteBuffer();
  const long = "é".repeat(3_000_000);
  buffer.ascii("begin");
  buffer.text(long);
  buffer.copy(new TextEncoder().encode("end"));
  assertEquals(new TextDecoder().decode(buffer.bytes), `begin${long}end`);
  buffer.clear();
  assertEquals(buffer.length, 0);
});
