/** What hides a pattern is undone as a careless reader would undo it. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { decodeRun, normalise } from "./normalise.ts";

function decodeByTrial(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run.replace(/%(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  }
}

Deno.test("decodeRun() decodes what is UTF-8 as such, and all else byte by byte", () => {
  // Bytes at the borders of what may stand in UTF-8, and any others.
  const borders = [0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1];
  const lead = [0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff];
  const byte = fc.oneof(fc.constantFrom(...borders, ...lead), fc.nat(255));
  const bytes = fc.oneof(
    fc.array(byte, { minLength: 1, maxLength: 6 }),
    fc.string({ unit: "grapheme", minLength: 1 }).map((
      text,
    ) => [...new TextEncoder().encode(text)]),
  );
  fc.assert(
    fc.property(bytes, fc.boolean(), (bytes, upper) => {
      const run = bytes.map((each) => "%" + each.toString(16).padStart(2, "0")).join("");
      const text = upper ? run.toUpperCase() : run;
      assertEquals(decodeRun(text), decodeByTrial(text));
    }),
    { numRuns: 5_000 },
  );
});

const NORMALISED: readonly (readonly [string, string, boolean])[] = [
  ["plain", "plain", false],
  ["%3Cscript%3E", "<script>", true],
  ["%253Cscript", "<script", true],
  ["&lt;a&#x28;&#41;&amp;", "<a()&", true],
  ["\\u003cb\\x3e\\u{3c}", "<b><", true],
  ["\uff1cscript\uff1e", "<script>", false],
  ["un/**/ion", "un ion", false],
  ["ja\u200bva", "java", false],
  ["%c0%af%u2215", "//", true],
];

for (const [text, normal, decoded] of NORMALISED) {
  Deno.test(`normalise() makes ${JSON.stringify(normal)} of ${JSON.stringify(text)}`, () => {
    assertEquals(normalise(text), { text: normal, decoded });
  });
}
