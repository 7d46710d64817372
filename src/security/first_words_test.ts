/** The short way to words that talk to a model: it stops wherever the expression finds something. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { loadAttacks, loadBenign } from "../../tests/corpus/load.ts";
import { nextStart } from "./first_words.ts";
import { combine } from "./matcher.ts";
import { PROMPT_INJECTION_RULES } from "./rules/prompt_injection.ts";

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

function assertStops(text: string): number {
  const looked = starts(text);
  const found = places(text);
  for (const place of found) assert(looked.includes(place), JSON.stringify(text));
  return found.length;
}

Deno.test("nextStart() stops wherever a pattern finds something in the corpus", async () => {
  const texts = [...await loadAttacks(), ...await loadBenign()].map(({ text }) => text);
  const found = texts.reduce((sum, text) => sum + assertStops(text), 0);
  assert(found > 80, `only ${found} places in the corpus`);
});

for (const { id, source } of PROMPT_INJECTION_RULES) {
  Deno.test(`nextStart() stops wherever ${id} finds something`, () => {
    const match = fc.stringMatching(new RegExp(source.replaceAll("\\b", "")));
    const around = fc.constantFrom("", "then ", "x, ", "42 ", "- ", "\u5ffd ", "\n");
    fc.assert(fc.property(match, around, around, fc.boolean(), (match, before, after, upper) => {
      assertStops(before + (upper ? match.toUpperCase() : match) + after);
    }));
  });
}

Deno.test("nextStart() passes by what has no such word", () => {
  for (
    const text of ["", "ab", "hello world 42", "a perf probe", "xignore me", "12 34", "this is"]
  ) {
    assertEquals(nextStart(text, 0), -1, text);
  }
});
