/** The chain: its lines read back, and marks that see every change. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { linkOf, marksOf, NO_HEAD, parseLink, renderLink } from "./chain.ts";

const encoder = new TextEncoder();

function lines(texts: readonly string[]) {
  let end = 0;
  const ends = texts.map((text) => end += encoder.encode(text).length);
  return { bytes: encoder.encode(texts.join("")), ends };
}

Deno.test("a head is SHA-256 over the lines and the chain line up to it", () => {
  const link = linkOf(lines(["a\n", "b\n"]), 3, NO_HEAD);
  const text = renderLink(link);
  const covered = "a\nb\n" + text.slice(0, text.indexOf(',"head"'));
  assertEquals(link.head, createHash("sha256").update(covered).digest("hex"));
  assertEquals([link.number, link.count, link.prev, link.marks.length], [3, 2, NO_HEAD, 16]);
});

Deno.test("a chain line reads back, and no other text is one", () => {
  const text = renderLink(linkOf(lines(["x\n"]), 12, "ab".repeat(32))).trimEnd();
  assertEquals(renderLink(parseLink(text)!).trimEnd(), text);
  for (const other of [text + " ", " " + text, text.replace("12", "012"), text.toUpperCase(), ""]) {
    assertEquals(parseLink(other), undefined);
  }
});

Deno.test("marks differ for lines of one length that differ in one byte", () => {
  const text = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(fc.property(text, fc.nat(), fc.integer({ min: 1, max: 255 }), (text, at, mask) => {
    const other = text.slice();
    other[at % other.length]! ^= mask;
    const mark = (bytes: Uint8Array) =>
      marksOf({ bytes: new Uint8Array(bytes), ends: [bytes.length] });
    assertNotEquals(mark(text), mark(other));
  }));
});

Deno.test("a mark does not depend on where its line stands", () => {
  const marks = marksOf(lines(["abc\n", "defghijk\n", "abc\n"]));
  assertEquals(marks.slice(0, 8), marks.slice(16));
  assert(marks.slice(0, 8) !== marks.slice(8, 16));
});
