/** GM30x: how much a caller may send, and what an expression does with it. */
import { isRecord } from "../../base/json.ts";
import { backtracks } from "../regex/backtracks.ts";
import { eachInput, type Rule } from "../rule.ts";
import { typesOf } from "../schema_nodes.ts";
import { weather, weatherOf } from "./weather.ts";

const OWASP = "https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html";

/** Patterns that any text fits, or nearly any. */
const TAKES_ALL = /^\^?(?:(?:\.|\\S|\[\\s\\S\]|\[\\S\\s\]|\[\^\]|\(\.\))[*+]\??)?\$?$/;

export const unboundedString: Rule = {
  id: "GM301",
  name: "unbounded-string",
  severity: "info",
  summary: "Strings have a `maxLength`, or a form that bounds them.",
  why:
    "What the schema does not bound, the handler gets: a text of megabytes in a name, a query or " +
    "a path. gomcp bounds all strings at 100 KiB, other servers at nothing.",
  remedy:
    "Add `maxLength` with what the tool can use; `enum`, `const`, a `format` or a `pattern` " +
    "do as well.",
  sources: [OWASP],
  bad: {
    tools: [
      weatherOf({ type: "string", description: "A city." }),
      weatherOf({ type: "string", description: "A city.", pattern: ".*" }),
    ],
  },
  good: {
    tools: [weather(), weatherOf({ type: "string", description: "A.", pattern: "^[A-Z]{3}$" })],
  },
  tool: eachInput(({ schema, pointer, keyword }, report) => {
    const isBound = ["maxLength", "enum", "const", "format"].some((key) => key in schema) ||
      (typeof schema.pattern === "string" && !TAKES_ALL.test(schema.pattern));
    if (!typesOf(schema).includes("string") || isBound || keyword === "propertyNames") return;
    report(pointer, "the string has no maxLength");
  }),
};

export const unboundedArray: Rule = {
  id: "GM302",
  name: "unbounded-array",
  severity: "info",
  summary: "Lists have `maxItems`.",
  why: "A list without an end is work without an end: each item may be a query, a file, a request.",
  remedy: "Add `maxItems` with what the tool can do in one call.",
  sources: [OWASP],
  bad: {
    tools: [weatherOf({ type: "array", description: "Cities.", items: { type: "integer" } })],
  },
  good: {
    tools: [weatherOf({
      type: "array",
      description: "Cities.",
      items: { type: "integer" },
      maxItems: 9,
    })],
  },
  tool: eachInput(({ schema, pointer }, report) => {
    if (!typesOf(schema).includes("array") || "maxItems" in schema) return;
    if ("prefixItems" in schema && schema.items === false) return;
    report(pointer, "the list has no maxItems");
  }),
};

export const openObject: Rule = {
  id: "GM303",
  name: "open-object",
  severity: "info",
  summary: "Objects with properties say `additionalProperties: false`.",
  why:
    "A misspelt argument is ignored in silence, and a handler that spreads its arguments into a " +
    "query or a request takes what nobody described.",
  remedy:
    "Add `additionalProperties: false`, unless the tool is for any keys: then describe them by " +
    "a schema.",
  sources: [
    OWASP,
    "https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
  ],
  bad: {
    tools: [weather({
      inputSchema: {
        type: "object",
        properties: { days: { type: "integer", description: "How many." } },
      },
    })],
  },
  good: { tools: [weather()] },
  tool: eachInput(({ schema, pointer, keyword }, report) => {
    const { additionalProperties: others = true } = schema;
    const isOpen = others === true || (isRecord(others) && Object.keys(others).length === 0);
    if (!isRecord(schema.properties) || !isOpen) return;
    // Parts of a choice speak of the object around them.
    if ("unevaluatedProperties" in schema || /^(?:if|then|else|not|allOf)$/.test(keyword ?? "")) {
      return;
    }
    report(pointer, "the object does not say additionalProperties: false");
  }),
};

export const slowPattern: Rule = {
  id: "GM304",
  name: "slow-pattern",
  severity: "error",
  summary: "No pattern needs exponential time.",
  why:
    "Every validator of a server or client in JavaScript, Python, Java or C# runs the pattern on " +
    "texts of strangers, or of a model that was told what to send: thirty characters stop it for " +
    "minutes. Found are expressions that go two ways through the same text in a loop and can fail " +
    "behind it; bounded repeats within each other count as endless from a hundred rounds on. " +
    "What has look-arounds, back-references or Unicode properties, or is too large, is not looked " +
    "into: where it repeats a repeat, that is told as a hint. Expressions that are slow without " +
    "being exponential pass.",
  remedy: "Take one of two repeats that stand within each other, such as `(a+)+`, and make " +
    "alternatives begin with different characters.",
  sources: [
    "https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS",
    "Weideman et al., Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers, CIAA 2016",
  ],
  bad: {
    tools: [weatherOf({ type: "string", description: "A city.", pattern: "^([a-zA-Z]+ ?)*$" })],
  },
  good: {
    tools: [
      weatherOf({ type: "string", description: "A city.", pattern: "^[a-zA-Z]+( [a-zA-Z]+)*$" }),
    ],
  },
  tool(tool, report) {
    for (const { schema, pointer } of tool.schemas) {
      const own = typeof schema.pattern === "string" ? [schema.pattern] : [];
      const keys = isRecord(schema.patternProperties) ? Object.keys(schema.patternProperties) : [];
      for (const pattern of [...own, ...keys]) {
        if (!compiles(pattern)) continue;
        const at = `${pointer}/${own.includes(pattern) ? "pattern" : "patternProperties"}`;
        const verdict = backtracks(pattern);
        if (verdict === "exponential") {
          report(at, "the pattern needs exponential time for some texts");
        } else if (verdict === "unknown" && REPEATS_A_REPEAT.test(pattern)) {
          report(at, "the pattern repeats a repeat, and cannot be looked into", INFO);
        }
      }
    }
  },
};

/** A group that ends in, or holds, a repeat and is repeated itself. */
const REPEATS_A_REPEAT = /[*+}][^()]*\)[*+{]/;
const INFO = { severity: "info" } as const;

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
