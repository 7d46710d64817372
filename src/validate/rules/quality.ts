/** GM4xx: what makes a model choose the wrong tool, or call the right one wrongly. */
import { pointerStep } from "../../base/json.ts";
import type { Rule } from "../rule.ts";
import { nearDuplicates } from "../near_duplicates.ts";
import type { ToolView } from "../tool_view.ts";
import { wordsOf } from "../words.ts";
import { weather, weatherOf } from "./weather.ts";

const WRITING = "https://www.anthropic.com/engineering/writing-tools-for-agents";

export const noDescription: Rule = {
  id: "GM401",
  name: "no-description",
  severity: "warning",
  summary: "Every tool has a description.",
  why:
    "It is what a model chooses by; without it there is only the name. gomcp does not define such " +
    "a tool.",
  remedy: "Say in one or two sentences what the tool does, when to use it, and what it gives.",
  sources: [WRITING],
  bad: { tools: [weather({ description: "" })] },
  good: { tools: [weather()] },
  tool({ description }, report) {
    if (description.trim() === "") report("/description", "the tool has no description");
  },
};

export const vagueDescription: Rule = {
  id: "GM402",
  name: "vague-description",
  severity: "warning",
  summary: "A description says more than the name.",
  why: '"Gets data" is what every tool does: a model with forty of them guesses.',
  remedy: "Say what of, for what, and what the result has.",
  sources: [WRITING],
  bad: { tools: [weather({ description: "Get weather." })] },
  good: { tools: [weather()] },
  tool({ name, description }, report) {
    const words = wordsOf(description);
    if (words.length === 0) return;
    const known = new Set([...wordsOf(name), ...SMALL]);
    // Scripts without blanks between words say much in few of them.
    const isOther = /[^\0-\u024f]/.test(description);
    if (isOther || (words.length >= 3 && words.some((word) => !known.has(word)))) return;
    report("/description", `the description says no more than the name: "${description.trim()}"`);
  },
};

const SMALL = [
  "a",
  "an",
  "the",
  "of",
  "to",
  "for",
  "and",
  "tool",
  "function",
  "this",
  "is",
  "s",
  "data",
];

export const undescribed: Rule = {
  id: "GM403",
  name: "undescribed-argument",
  severity: "warning",
  summary: "Every argument has a description.",
  why:
    "A name and a type leave open the unit, the format, what is allowed: the model fills it with " +
    "what is likely.",
  remedy: "Add `description` (`.describe(…)` in Zod) with the format and an example.",
  sources: [WRITING],
  bad: { tools: [weatherOf({ type: "string", maxLength: 9 })] },
  good: { tools: [weather()] },
  tool(tool, report) {
    const properties = tool.input.filter(({ property, pointer }) =>
      property !== undefined && /^\/inputSchema\/properties\/[^/]*$/.test(pointer)
    );
    for (const { schema, pointer, property } of properties) {
      const says = ["description", "$ref", "title", "const"].some((key) => key in schema);
      const inner = [schema.anyOf, schema.oneOf, schema.allOf].flat();
      if (says || JSON.stringify(inner).includes('"description"')) continue;
      report(pointer, `the argument "${property}" has no description`);
    }
  },
};

export const duplicate: Rule = {
  id: "GM404",
  name: "near-duplicate",
  severity: "warning",
  summary: "No two tools of a server say nearly the same.",
  why: "A model cannot tell them apart by what it is told, and takes either.",
  remedy:
    "Make one tool with an argument for the difference, or say in each when it is the right one.",
  sources: [WRITING],
  bad: {
    tools: [
      weather(),
      weather({ name: "fetch_weather" }),
    ],
  },
  good: {
    tools: [
      weather(),
      weather({
        name: "get_tides",
        description: "Gives times of high and low water at a harbour.",
      }),
    ],
  },
  server(tools, report) {
    for (const [tool, other] of nearDuplicates(tools)) {
      report(tool, "/description", `the description is nearly that of "${other.name}"`);
    }
  },
};

type Style = "snake_case" | "kebab-case" | "camelCase" | "dotted";

function styleOf(name: string): Style | undefined {
  if (name.includes(".")) return "dotted";
  if (name.includes("_")) return "snake_case";
  if (name.includes("-")) return "kebab-case";
  return /[a-z][A-Z]/.test(name) ? "camelCase" : undefined;
}

export const naming: Rule = {
  id: "GM405",
  name: "inconsistent-naming",
  severity: "warning",
  summary: "The names of a server's tools are of one style.",
  why: "A model writes names by their pattern: among `get_a`, `get_b` and `get-c` it will call " +
    "`get_c`.",
  remedy: "Rename the few in the style of the many.",
  sources: [WRITING],
  bad: {
    tools: [
      weather(),
      weather({
        name: "get_tides",
        description: "Gives times of high and low water at a harbour.",
      }),
      weather({
        name: "get-moon",
        description: "Gives the phase of the moon on a day, as a word.",
      }),
    ],
  },
  good: { tools: [weather()] },
  server(tools, report) {
    const byStyle = new Map<Style, ToolView[]>();
    for (const tool of tools) {
      const style = styleOf(tool.name);
      if (style !== undefined) byStyle.set(style, [...byStyle.get(style) ?? [], tool]);
    }
    const [most, ...others] = [...byStyle].sort(([, a], [, b]) => b.length - a.length);
    if (most === undefined || most[1].length < 2) return;
    for (const [style, few] of others) {
      for (const tool of few) {
        report(tool, "/name", `"${tool.name}" is ${style}, most tools here are ${most[0]}`);
      }
    }
  },
};

// deno-fmt-ignore: one line a kind.
const KEYWORDS = new Set([
  "type", "properties", "required", "description", "additionalProperties", "items", "prefixItems",
  "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "format", "enum",
  "const", "default", "examples", "anyOf", "oneOf", "allOf", "title", "uniqueItems", "multipleOf",
]);

export const misspelt: Rule = {
  id: "GM406",
  name: "misspelt-keyword",
  severity: "warning",
  summary: "No keyword of a schema is nearly one of JSON Schema's.",
  why: "Unknown keywords are annotations: `maxlength` bounds nothing, and nobody says so.",
  remedy: "Write it as the message says.",
  sources: ["https://json-schema.org/draft/2020-12/json-schema-core (section 6.5)"],
  bad: {
    tools: [weatherOf({ type: "string", description: "A city.", maxlength: 9, maxLength: 9 })],
  },
  good: { tools: [weather()] },
  tool(tool, report) {
    for (const { schema, pointer } of tool.schemas) {
      for (const key of Object.keys(schema)) {
        if (KEYWORDS.has(key)) continue;
        const near = MISSPELT.get(key.toLowerCase().replaceAll(/[_-]/g, ""));
        if (near === undefined) continue;
        report(pointer + pointerStep(key), `"${key}" is no keyword; did you mean "${near}"?`);
      }
    }
  },
};

/** By what they come to in lower case, without what parts words. */
const MISSPELT: ReadonlyMap<string, string> = new Map([
  ...[...KEYWORDS].map((keyword) => [keyword.toLowerCase(), keyword] as const),
  ["desc", "description"],
  ["descripton", "description"],
  ["discription", "description"],
  ["require", "required"],
  ["requires", "required"],
  ["property", "properties"],
  ["props", "properties"],
  ["regex", "pattern"],
  ["values", "enum"],
  ["enums", "enum"],
  ["min", "minimum"],
  ["max", "maximum"],
  ["example", "examples"],
]);

export const suppressionReason: Rule = {
  id: "GM407",
  name: "suppression-without-reason",
  severity: "error",
  summary: "Every suppression has a reason.",
  why:
    "Whoever reads it next year wants to know whether it still holds. A suppression without one " +
    "suppresses nothing.",
  remedy: "Write `gomcp-ignore GM301: why that is right here`.",
  sources: ["docs/validate.md"],
  byEngine: true,
};

export const suppressionUnused: Rule = {
  id: "GM408",
  name: "unused-suppression",
  severity: "warning",
  summary: "Every suppression suppresses something.",
  why: "One that is left over hides the next finding of its rule.",
  remedy: "Take it out.",
  sources: ["docs/validate.md"],
  byEngine: true,
};
