/** Sizes: what is read, what is refused, and that writing and reading agree. */
import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { GomcpError } from "./errors.ts";
import { formatSize, parseSize } from "./size.ts";

const READ: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["65536", 65_536],
  ["1B", 1],
  ["1KB", 1_000],
  ["1KiB", 1_024],
  ["64KiB", 65_536],
  ["4MB", 4_000_000],
  ["4MiB", 4_194_304],
  ["1GB", 1_000_000_000],
  ["1GiB", 1_073_741_824],
  ["0.5KiB", 512],
  ["1.5", 2],
];

for (const [text, bytes] of READ) {
  Deno.test(`parseSize() reads "${text}" as ${bytes} bytes`, () => {
    assertEquals(parseSize(text), bytes);
  });
}

// deno-fmt-ignore: one line a kind.
const REFUSED = [
  "", " ", "KiB", "-1", "+1", "1 KiB", " 1", "1 ", "1kib", "1K", "1iB", "1TB", "1e3", "0x10",
  "1KiBB", "1\n", "1KiB1B", ".5", "1.",
];

for (const text of REFUSED) {
  Deno.test(`parseSize() refuses ${JSON.stringify(text)} and quotes it`, () => {
    const error = assertThrows(() => parseSize(text), GomcpError, `"${text}"`);
    assertEquals(error.code, "invalid_request");
  });
}

const WRITTEN: readonly (readonly [number, string])[] = [
  [0, "0B"],
  [1_023, "1023B"],
  [1_024, "1KiB"],
  [1_025, "1025B"],
  [1_536, "1536B"],
  [4_194_304, "4MiB"],
  [1_073_741_824, "1GiB"],
  [1_073_742_848, "1048577KiB"],
];

for (const [bytes, text] of WRITTEN) {
  Deno.test(`formatSize() writes ${bytes} as "${text}"`, () => {
    assertEquals(formatSize(bytes), text);
  });
}

Deno.test("parseSize() reads back every whole number of bytes that was written", () => {
  const exact = fc.tuple(fc.nat(1 << 20), fc.constantFrom(1, 1_024, 1_048_576, 1_073_741_824))
    .map(([count, unit]) => count * unit);
  fc.assert(fc.property(fc.oneof(fc.nat(Number.MAX_SAFE_INTEGER), exact), (bytes) => {
    assertEquals(parseSize(formatSize(bytes)), bytes);
  }));
});
