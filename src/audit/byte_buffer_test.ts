/** The buffer: texts and numbers as they are, in order, however much. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { ByteBuffer } from "./byte_buffer.ts";
import { NUMBER_BYTES_MAX, putNumber } from "./put.ts";

const piece = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -1, -0, 0.5, 1e21, NaN),
  fc.constantFrom(-Number.MAX_VALUE, -2.2250738585072014e-308),
);

function addNumber(buffer: ByteBuffer, value: number): void {
  const bytes = buffer.room(NUMBER_BYTES_MAX);
  buffer.endAt(putNumber(value, bytes, buffer.length));
}

Deno.test("what is added comes out as JSON has it, in order", () => {
  const buffer = new ByteBuffer();
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    buffer.clear();
    for (const each of pieces) {
      if (typeof each === "number") addNumber(buffer, each);
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
  buffer.text("begin");
  buffer.text(long);
  // Numbers that begin with no room left.
  for (let i = 0; i < 1_000_000; i++) addNumber(buffer, i % 10);
  const digits = "0123456789".repeat(100_000);
  assertEquals(new TextDecoder().decode(buffer.bytes), `begin${long}${digits}`);
  buffer.clear();
  assertEquals(buffer.length, 0);
});
