/** Lines from bytes, however these are cut. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { LineReader } from "./line_reader.ts";

const TOO_LONG = Symbol("too long");

function readChunks(chunks: readonly Uint8Array[], bytesMax = 1_000_000): (string | symbol)[] {
  const lines: (string | symbol)[] = [];
  const reader = new LineReader({
    onLine: (line) => lines.push(line),
    onTooLong: () => lines.push(TOO_LONG),
  }, bytesMax);
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return lines;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) =>
    a - b
  );
  return [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

const TEXTS: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  ["\n", [""]],
  ["a\n", ["a"]],
  ["a", ["a"]],
  ["a\nb", ["a", "b"]],
  ["a\n\nb\n", ["a", "", "b"]],
  ["a\r\nb\r\n", ["a\r", "b\r"]],
  ["a\rb\n", ["a\rb"]],
  ["ü😀\n漢", ["ü😀", "漢"]],
  ["a\u2028b\n", ["a\u2028b"]],
];

for (const [text, lines] of TEXTS) {
  Deno.test(`LineReader reads ${JSON.stringify(text)} as ${JSON.stringify(lines)}, cut anywhere`, () => {
    const bytes = bytesOf(text);
    assertEquals(readChunks([bytes]), [...lines]);
    assertEquals(readChunks(Array.from(bytes, (byte) => Uint8Array.of(byte))), [...lines]);
    for (let at = 0; at <= bytes.length; at++) {
      assertEquals(readChunks([bytes.subarray(0, at), bytes.subarray(at)]), [...lines]);
    }
  });
}

Deno.test("LineReader gives the same lines of any bytes, however they are cut", () => {
  const some = fc.oneof(fc.constantFrom(10, 13, 0x61, 0xc3, 0xbc, 0xf0, 0x9f), fc.nat(255));
  const bytes = fc.array(some, { maxLength: 60 }).map((all) => Uint8Array.from(all));
  fc.assert(fc.property(bytes, cuts, (bytes, places) => {
    const whole = new TextDecoder().decode(bytes).split("\n");
    const expected = whole.at(-1) === "" ? whole.slice(0, -1) : whole;
    assertEquals(readChunks(cut(bytes, places)), expected);
  }));
});

Deno.test("LineReader gives back every text, however its bytes are cut", () => {
  const line = fc.string({ unit: "grapheme" }).filter((text) => !/\n|^\ufeff/.test(text));
  fc.assert(fc.property(fc.array(line, { maxLength: 6 }), cuts, (lines, places) => {
    const bytes = bytesOf(lines.map((line) => line + "\n").join(""));
    assertEquals(readChunks(cut(bytes, places)), lines);
  }));
});

Deno.test("LineReader puts a mark where bytes are no UTF-8, and goes on", () => {
  assertEquals(readChunks([Uint8Array.of(0x61, 0xff, 0x62, 10, 0x63, 10)]), ["a\ufffdb", "c"]);
  assertEquals(readChunks([Uint8Array.of(0x61, 0xc3)]), ["a\ufffd"]);
});

for (const [length, fits] of [[9, true], [10, true], [11, false], [25, false]] as const) {
  Deno.test(`LineReader ${fits ? "takes" : "refuses"} a line of ${length} bytes when 10 are allowed, cut anywhere`, () => {
    const long = "x".repeat(length);
    const bytes = bytesOf(`a\n${long}\nb\n`);
    const expected = ["a", fits ? long : TOO_LONG, "b"];
    for (let size = 1; size <= 10; size++) {
      const places = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size);
      assertEquals(readChunks(cut(bytes, places), 10), expected, `in chunks of ${size}`);
    }
  });

  Deno.test(`LineReader ${fits ? "takes" : "refuses"} a last line of ${length} bytes when 10 are allowed`, () => {
    const long = "x".repeat(length);
    const chunks = cut(bytesOf(`a\n${long}`), [3, 7, 11]);
    assertEquals(readChunks(chunks, 10), ["a", fits ? long : TOO_LONG]);
  });
}

Deno.test("LineReader refuses a line that is too long also when one chunk holds it all", () => {
  assertEquals(readChunks([bytesOf(`a\n${"x".repeat(11)}\nb\n`)], 10), ["a", TOO_LONG, "b"]);
});

Deno.test("LineReader tells of a line that is too long once, and before it has ended", () => {
  const lines: (string | symbol)[] = [];
  const reader = new LineReader({
    onLine: (line) => lines.push(line),
    onTooLong: () => lines.push(TOO_LONG),
  }, 10);
  for (let i = 0; i < 100; i++) reader.push(bytesOf("xxxxxx"));
  assertEquals(lines, [TOO_LONG]);
  reader.push(bytesOf("x\nb\n"));
  assertEquals(lines, [TOO_LONG, "b"]);
});

Deno.test("LineReader counts the line after one that was too long from its own beginning", () => {
  const chunks = ["xxxxxxxxxxxx", "\n12345", "67890\n", "1234567890", "\n"].map(bytesOf);
  assertEquals(readChunks(chunks, 10), [TOO_LONG, "1234567890", "1234567890"]);
});

Deno.test("LineReader counts bytes, not characters, while a line is under way", () => {
  const chunks = ["üüüü", "üüüü", "\n"].map(bytesOf);
  assertEquals(readChunks(chunks, 15), [TOO_LONG]);
  assertEquals(readChunks(chunks, 16), ["üüüüüüüü"]);
});
