/** Shows, for every way of cutting a text, that no character is lost, doubled or broken. */
import { assertEquals } from "@std/assert";
import { decodePart, decodeText } from "./text_part.ts";

const TEXT = "aä€😀\ufeffz";
const BYTES = new TextEncoder().encode(TEXT);

Deno.test("decodePart() leaves out what the borders cut in two, and only that", () => {
  for (let from = 0; from <= BYTES.length; from++) {
    for (let to = from; to <= BYTES.length; to++) {
      const borders = { atStart: from === 0, atEnd: to === BYTES.length };
      const part = decodePart(BYTES.subarray(from, to), borders);
      const whole = [...TEXT].filter((char, index, all) => {
        const start = new TextEncoder().encode(all.slice(0, index).join("")).length;
        return start >= from && start + new TextEncoder().encode(char).length <= to;
      }).join("");
      const expected = whole === "" && to > from ? undefined : whole;
      assertEquals(part?.text, expected, `${from} to ${to}`);
    }
  }
});

Deno.test("decodePart() takes what is cut at the file's own borders for no text", () => {
  const whole = { atStart: true, atEnd: true };
  for (const bytes of [[0x80, 0x61], [0x61, 0xc3], [0xff], [0x61, 0x00], [0xed, 0xa0, 0x80]]) {
    assertEquals(decodePart(new Uint8Array(bytes), whole), undefined);
    assertEquals(decodeText(new Uint8Array(bytes)), undefined);
  }
  assertEquals(decodePart(new Uint8Array(), whole), { text: "", skipped: 0, used: 0 });
  assertEquals(decodeText(BYTES), TEXT);
});
