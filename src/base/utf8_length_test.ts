import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { utf8Length } from "./utf8_length.ts";

const ENCODER = new TextEncoder();

Deno.test("utf8Length() counts as the encoder does, halves of pairs included", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assertEquals(utf8Length(text), ENCODER.encode(text).length);
  }));
  for (
    const text of ["", "a", "é", "€", "😀", "\ud83d", "\ude00", "\ude00\ud83d", "\ud83d\ud83d"]
  ) {
    assertEquals(utf8Length(text), ENCODER.encode(text).length);
  }
});

Deno.test("utf8Length() counts long texts as it counts short ones", () => {
  for (const piece of ["a", "é", "€", "😀", "\ud83d", "\ude00"]) {
    for (const length of [4_095, 4_096, 4_097, 8_193]) {
      const text = piece.repeat(length).slice(0, length);
      assertEquals(utf8Length(text), ENCODER.encode(text).length);
    }
  }
});
