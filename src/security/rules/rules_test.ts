/** No expression that meets what strangers send may backtrack without end: recheck proves it. */
import { assertEquals, assertMatch } from "@std/assert";
import * as fc from "fast-check";
import { LOOK_EXPRESSIONS } from "../look.ts";
import { NORMALISE_EXPRESSIONS } from "../normalise.ts";
import { OUTPUT_EXPRESSIONS } from "../output.ts";
import { SECRET_EXPRESSIONS } from "../secrets.ts";
import { FAMILIES, HOSTED_MODES } from "../families.ts";
import { matcherOf } from "../matcher.ts";
import { RULES } from "./all_rules.ts";
import { RIGHT_TO_LEFT } from "./hidden_unicode.ts";
import { HOSTILE } from "./template.ts";
import { HANDLER, PAYLOAD } from "./xss.ts";

// The native parts of recheck do not run on every system; the pure one does.
Deno.env.set("RECHECK_BACKEND", "pure");
const { checkSync } = await import("recheck");

/** Only the automaton proves anything: the fuzzer of recheck merely finds nothing. */
const PROOF = {
  checker: "automaton",
  maxRepeatCount: 1_000,
  maxNFASize: 1_000_000,
  maxPatternSize: 100_000,
  timeout: 60_000,
} as const;

function verdict({ source, flags }: RegExp): string {
  const found = checkSync(source, flags, PROOF);
  return found.status === "vulnerable" ? `${found.status} ${found.complexity.type}` : found.status;
}

Deno.test({
  name: "recheck tells an expression that backtracks",
  // Its first use opens a message port, which it keeps.
  sanitizeResources: false,
  fn: () => assertEquals(verdict(/(a+)+$/), "vulnerable exponential"),
});

// On its first use recheck opens a message port that it keeps: outside of tests, it is no leak.
verdict(/warm/);

for (const { id, source, lead, family } of Object.values(RULES).flat()) {
  // What looks behind itself cannot be made from the source.
  if (/\(\?<|\(\?!/.test(source)) continue;
  Deno.test(`${id} begins with one of the characters that it names`, () => {
    const flags = family === "hidden_unicode" ? "u" : "i";
    const first = new RegExp(`^[${lead}]`, flags);
    fc.assert(
      fc.property(
        fc.stringMatching(new RegExp(source.replaceAll("\\b", ""), flags.replace("i", ""))),
        (text) => {
          const match = new RegExp(source, flags).exec(text);
          if (match !== null) assertMatch(match[0], first);
        },
      ),
    );
  });
}

Deno.test("each rule's expression is proved safe", () => {
  for (const { id, source, family } of FAMILIES.flatMap((family) => RULES[family])) {
    const flags = family === "hidden_unicode" ? "u" : "i";
    assertEquals(`${id} ${verdict(new RegExp(source, flags))}`, `${id} safe`);
  }
});

Deno.test("what joins the rules of all blocking families is three expressions, proved safe", () => {
  const blocking = FAMILIES.filter((family) => HOSTED_MODES[family] === "block");
  const { expressions } = matcherOf(blocking, "path")!;
  // One for hidden characters; of the rest one for the beginning of a text, and one behind it.
  assertEquals(expressions.length, 3);
  for (const expression of expressions) assertEquals(verdict(withoutGuard(expression)), "safe");
});

Deno.test("what joins the rules of prompt injection is proved safe", () => {
  const { expressions } = matcherOf(["prompt_injection"], "text")!;
  assertEquals(expressions.map((each) => verdict(withoutGuard(each))), ["safe"]);
});

/** What meets a whole text, however long. */
const UNBOUNDED: readonly RegExp[] = [
  ...LOOK_EXPRESSIONS,
  ...NORMALISE_EXPRESSIONS,
  ...OUTPUT_EXPRESSIONS,
  ...SECRET_EXPRESSIONS,
  HANDLER,
  HOSTILE,
  PAYLOAD,
  RIGHT_TO_LEFT,
];

Deno.test("what meets whole texts is proved safe", () => {
  for (const { source, flags } of UNBOUNDED) {
    // One after the other, alternatives cost what they cost alone.
    for (const alternative of alternatives(source)) {
      const found = verdict(new RegExp(alternative, flags.replace(/[gy]/, "")));
      assertEquals(`${alternative} ${found}`, `${alternative} safe`);
    }
  }
});

/** The alternatives of an expression as a whole. */
function alternatives(source: string): string[] {
  // No flag of ours changes what ends an alternative.
  const tokens = source.match(/\\[^]|\[(?:[^\]\\]|\\[^])*\]|[^]/g) ?? [];
  const parts = [""];
  let depth = 0;
  for (const token of tokens) {
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (token === "|" && depth === 0) parts.push("");
    else parts.push(parts.pop()! + token);
  }
  return parts;
}

/** The look at the first character only takes places away where the rest would be tried. */
function withoutGuard({ source, flags }: RegExp): RegExp {
  const guard = /^(?:\(\?<!\[a-z\]\))?\(\?=\[(?:[^\]\\]|\\.)*\]\)/;
  assertEquals(guard.test(source), true);
  return new RegExp(source.replace(guard, ""), flags.replace("g", ""));
}
