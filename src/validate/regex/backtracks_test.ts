/** Verdicts on expressions, held to those of recheck and to what V8 really does. */
import { assert, assertEquals } from "@std/assert";
import { withoutHonestWords } from "../rules/honest_words.ts";
import { POISON } from "../rules/poison_patterns.ts";
import { backtracks } from "./backtracks.ts";

// The native parts of recheck do not run on every system; the pure one does.
Deno.env.set("RECHECK_BACKEND", "pure");
const { checkSync } = await import("recheck");

const EXPRESSIONS = [
  "^(a+)+$",
  "^(a|a)*$",
  "^(a*)*$",
  "^([a-z]+)*x$",
  "(x+x+)+y",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "^(\\w+\\s?)*$",
  "^(\\d+,?)+$",
  "^(.*)*$",
  "^(a|b|ab)*$",
  "^(?:a?b?)*c$",
  "(a+)+",
  "^[a-z]+$",
  "^[a-zA-Z0-9_-]{1,64}$",
  "^\\d{4}-\\d{2}-\\d{2}$",
  "^[a-z]+(-[a-z]+)*$",
  "^([^,]*,)*x$",
  "^(ab?)+c$",
  "^https?://[^\\s/$.?#].[^\\s]*$",
  "^#?([a-f0-9]{6}|[a-f0-9]{3})$",
  "\\s+$",
  "^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$",
];

for (const source of EXPRESSIONS) {
  Deno.test({
    name: `backtracks() says of ${source} what recheck says`,
    // On its first use recheck opens a message port that it keeps.
    sanitizeResources: false,
    fn() {
      const found = checkSync(source, "", { checker: "automaton", timeout: 60_000 });
      const isExponential = found.status === "vulnerable" &&
        found.complexity.type === "exponential";
      assertEquals(backtracks(source), isExponential ? "exponential" : "harmless");
    },
  });
}

Deno.test("backtracks() takes repeats that are bounded high for such without a bound", () => {
  const slow = ["^(a{1,15}){1,15}$", "^(\\w{1,15} ?){1,15}$", "^(a?){30}a{30}$", "^(a{1,15}){15}$"];
  const quick = [
    "^(?:[a-z]{1,15},){1,15}$",
    "^(a{1,2}){1,2}$",
    "^(a{15}){1,15}$",
    "^(?:[a-z0-9]{1,63}\\.){1,8}[a-z]{2,63}$",
    "^[a-z]{1,50}( [a-z]{1,50}){0,3}$",
  ];
  for (const source of slow) assertEquals(backtracks(source), "exponential", source);
  for (const source of quick) assertEquals(backtracks(source), "harmless", source);
});

Deno.test("backtracks() sees a loop beside much that is none", () => {
  assertEquals(backtracks(`^(a+)+(?:${"b".repeat(200)})?$`), "exponential");
});

Deno.test("backtracks() does not judge what it does not understand", () => {
  for (const source of ["^(?=a)(b+)+$", "(a+)\\1+$", "^\\p{L}+$", `^(${"a".repeat(600)})*$`]) {
    assertEquals(backtracks(source), "unknown", source);
  }
});

Deno.test("backtracks() takes no part of an expression for another", () => {
  const harmless = [
    "^[(a+)+]+$",
    "^\\(a+\\)+$",
    "^[\\]a-]+$",
    "^a{2}$",
    "^(?<n>a)+$",
    "^[^\\d\\s]+$",
    "",
  ];
  for (const source of harmless) assertEquals(backtracks(source), "harmless", source);
});

Deno.test("the patterns that rules look for are themselves harmless", () => {
  for (const [name, { source }] of Object.entries(POISON)) {
    assert(backtracks(source) !== "exponential", name);
  }
});

Deno.test("the patterns that rules look for are quick on long texts", () => {
  const hostile = [
    "read ",
    "append the given ",
    "skip the  ",
    "pass its ",
    "do not mention ",
    "https://a.",
    "<!--",
    "when you call ",
    " ",
    "\n",
  ]
    .map((part) => part.repeat(20_000 / part.length));
  for (const text of hostile) {
    for (const pattern of Object.values(POISON)) pattern.test(text);
    withoutHonestWords(text);
  }
});
