/** The short way through plain words: it must find what the expression for all patterns finds. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { loadAttacks, loadBenign } from "../../tests/corpus/load.ts";
import { nextStart } from "./first_words.ts";
import { combine, isPlain } from "./matcher.ts";
import { FIRST_WORDS, PROMPT_INJECTION_RULES } from "./rules/prompt_injection.ts";

/** Where the patterns find something, one place after another. */
function places(text: string): number[] {
  return [...text.matchAll(combine(PROMPT_INJECTION_RULES))].map(({ index }) => index);
}

/** All places that are worth a look. */
function starts(text: string): number[] {
  const found: number[] = [];
  for (let at = nextStart(text, 0); at >= 0; at = nextStart(text, at + 1)) found.push(at);
  return found;
}

Deno.test("nextStart() stops wherever a pattern finds something in plain words", async () => {
  const texts = [...await loadAttacks(), ...await loadBenign()].map(({ text }) => text)
    // Also what is plain once the rest is taken out.
    .flatMap((text) => [text, text.replace(/[^\w ,]+/g, " ")]).filter(isPlain);
  let found = 0;
  for (const text of texts) {
    const looked = starts(text);
    for (const place of places(text)) {
      found++;
      assert(looked.includes(place), text);
    }
  }
  assert(found > 30, `only ${found} places in the corpus`);
});

Deno.test("nextStart() finds a first word wherever it stands, in any case", () => {
  const words = FIRST_WORDS.map((each) => each.trim()).filter((each) => each.length > 2);
  const word = fc.constantFrom(...words);
  const around = fc.array(fc.constantFrom("hello", "42", "a-b", "x,", "Then"), { maxLength: 5 });
  fc.assert(fc.property(word, around, around, fc.boolean(), (word, before, after, upper) => {
    const text = [...before, upper ? word.toUpperCase() : word, ...after].join(" ");
    const at = before.reduce((sum, each) => sum + each.length + 1, 0);
    assert(starts(text).includes(at), text);
  }));
});

Deno.test("nextStart() passes by what has no such word", () => {
  for (const text of ["", "ab", "hello world 42", "a perf probe", "xignore me", "12 34"]) {
    assertEquals(nextStart(text, 0), -1, text);
  }
});
