/** No expression that meets what strangers send may backtrack without end: recheck proves it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import * as fc from "fast-check";
import { RULES } from "./all_rules.ts";
import { verdict } from "../../../tests/support/proof.ts";
import {
  blockingExpressions,
  builtExpressions,
  type Placed,
  promptExpressions,
  ruleExpressions,
  writtenExpressions,
} from "../../../tests/support/security_expressions.ts";

Deno.test({
  name: "recheck tells an expression that backtracks",
  // Its first use opens a message port, which it keeps.
  sanitizeResources: false,
  fn: () => assertEquals(verdict(/(a+)+$/), "vulnerable exponential: (a+)+$"),
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

function assertSafe(all: Iterable<Placed>): void {
  for (const { place, expression } of all) {
    assertEquals(`${place}: ${expression} ${verdict(expression)}`, `${place}: ${expression} safe`);
  }
}

Deno.test("each rule's expression is proved safe", () => assertSafe(ruleExpressions()));

Deno.test("what joins the rules of all blocking families is three expressions, proved safe", () => {
  const expressions = blockingExpressions();
  // One for hidden characters; of the rest one for the beginning of a text, and one behind it.
  assertEquals(expressions.length, 3);
  assertSafe(expressions);
});

Deno.test("what joins the rules of prompt injection is proved safe", () => {
  const expressions = promptExpressions();
  assertEquals(expressions.length, 1);
  assertSafe(expressions);
});

Deno.test("each expression that is written down is proved safe, wherever it stands", () => {
  const all = [...writtenExpressions()];
  assert(all.length > 100, `${all.length} expressions`);
  assertSafe(all);
});

Deno.test("each expression that is put together is proved safe", () => {
  assertSafe(builtExpressions());
});
