/** Words that are known must be judged as they were when nobody knew them. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { isHarmlessKey, isHarmlessWord } from "./known_words.ts";
import { LOOK, look } from "./look.ts";
import { createValidator } from "./validator.ts";

Deno.test("a word is harmless where look() finds it plain, however often and wherever it comes", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom("en-GB", "de-DE", "table", "..", "a'b", "1 or 1=1", "constructor", "__proto__"),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(word, fc.nat(3)), { maxLength: 30 }), (words) => {
      for (const [text, place] of [...words, ...words]) {
        const isPlain = look(text, true) === LOOK.plain;
        const isForbidden = ["constructor", "__proto__", "prototype"].includes(text);
        const isShort = text.length <= 16 && !isForbidden;
        assertEquals(isHarmlessWord(text, place), isShort && isPlain && text !== "", text);
        assertEquals(isHarmlessKey(text, place), text === "" || (isShort && isPlain), text);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a forbidden key is refused though the same word was a value before, at the same place", () => {
  const validator = createValidator({});
  for (const word of ["constructor", "prototype"]) {
    for (let i = 0; i < 3; i++) assertEquals(validator.validate({ a: word }).ok, true);
    const refused = validator.validate({ [word]: 1 });
    assertEquals(refused.ok || refused.violation?.limit, "forbidden_key");
  }
});

Deno.test("a known word is still too long where less is allowed, as a value and as a key", () => {
  const wide = createValidator({});
  const narrow = createValidator({ limits: { stringBytes: 4 } });
  for (const value of [{ a: "table" }, { table: 1 }, { a: ["table"] }]) {
    for (let i = 0; i < 3; i++) assertEquals(wide.validate(value).ok, true);
    const refused = narrow.validate(value);
    assertEquals(refused.ok || refused.violation?.limit, "stringBytes");
  }
  assertEquals(narrow.validate({ a: "four" }).ok, true);
});

Deno.test("known words count towards the bytes of all strings", () => {
  const validator = createValidator({ limits: { bytes: 20 } });
  const value = { a: ["table", "table", "table", "tabl"] };
  for (let i = 0; i < 3; i++) assertEquals(validator.validate(value).ok, true);
  for (let i = 0; i < 3; i++) {
    const refused = validator.validate({ a: [...value.a, "x"] });
    assertEquals(refused.ok || refused.violation, {
      pointer: "",
      limit: "bytes",
      max: 20,
      size: 21,
    });
  }
});
