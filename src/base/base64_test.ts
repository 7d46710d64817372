/** base64 and base64url: against RFC 4648, both ways, and beyond one piece. */
import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { decodeBase64Url, encodeBase64, encodeBase64Url } from "./base64.ts";

const VECTORS = [
  ["", "", ""],
  ["f", "Zg==", "Zg"],
  ["fo", "Zm8=", "Zm8"],
  ["foo", "Zm9v", "Zm9v"],
  ["foob", "Zm9vYg==", "Zm9vYg"],
  ["fooba", "Zm9vYmE=", "Zm9vYmE"],
  ["foobar", "Zm9vYmFy", "Zm9vYmFy"],
] as const;

for (const [text, base64, base64Url] of VECTORS) {
  Deno.test(`base64 of ${JSON.stringify(text)} is as in RFC 4648`, () => {
    const bytes = new TextEncoder().encode(text);
    assertEquals([encodeBase64(bytes), encodeBase64Url(bytes)], [base64, base64Url]);
    assertEquals(decodeBase64Url(base64Url), bytes);
  });
}

Deno.test("base64url has the two letters of its own, and no padding", () => {
  const bytes = Uint8Array.of(0xfb, 0xff, 0xfe, 0xff);
  assertEquals(encodeBase64(bytes), "+//+/w==");
  assertEquals(encodeBase64Url(bytes), "-__-_w");
});

Deno.test("base64url gives any bytes back", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assertEquals(decodeBase64Url(encodeBase64Url(bytes)), new Uint8Array(bytes));
    assertEquals(/^[A-Za-z0-9_-]*$/.test(encodeBase64Url(bytes)), true);
  }));
});

for (const length of [0x7fff, 0x8000, 0x8001, 0x18001, 1_000_000]) {
  Deno.test(`base64 takes ${length} bytes`, () => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) & 0xff);
    assertEquals(atob(encodeBase64(bytes)).length, length);
    const back = decodeBase64Url(encodeBase64Url(bytes));
    assertEquals(back.every((byte, i) => byte === bytes[i]) && back.length === length, true);
  });
}

Deno.test("base64 takes a part of a larger buffer for what it is", () => {
  assertEquals(encodeBase64(new TextEncoder().encode("xfoox").subarray(1, 4)), "Zm9v");
});

for (const text of ["%", "a", "aaaaa", "Zg===", "Z=g", "ä", "Zg==Zg", "\0"]) {
  Deno.test(`decodeBase64Url() throws for ${JSON.stringify(text)}`, () => {
    assertThrows(() => decodeBase64Url(text));
  });
}
