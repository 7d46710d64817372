/** GM21x: schemas that are right, and that model APIs refuse all the same. */
import { among } from "../profiles.ts";
import { eachInput, type Rule } from "../rule.ts";
import { typesOf } from "../schema_nodes.ts";
import { weather, weatherOf } from "./weather.ts";

const ROOT = ["oneOf", "anyOf", "allOf"];

export const rootCombinator: Rule = {
  id: "GM210",
  name: "root-combinator",
  severity: "error",
  summary: "The input schema has no `oneOf`, `anyOf`, `allOf`, `enum` or `not` at its top.",
  why:
    "Anthropic's and OpenAI's APIs answer 400 to the whole request, with the tools of all other " +
    "servers in it. Zod's unions and refinements of objects come out like that.",
  remedy: "Make one object of all alternatives with optional properties, say in the description " +
    "which belong together, and check it in the handler.",
  sources: [
    "https://github.com/anthropics/claude-code/issues/5973",
    "https://github.com/zereight/gitlab-mcp/pull/551",
    "https://github.com/langchain-ai/langchain/issues/39271",
  ],
  profiles: ["anthropic", "openai"],
  bad: {
    tools: [weather({
      inputSchema: {
        type: "object",
        properties: { city: { type: "string" }, zip: { type: "string" } },
        oneOf: [{ required: ["city"] }, { required: ["zip"] }],
      },
    })],
  },
  good: { tools: [weather()] },
  tool({ input: [root] }, report, { profiles }) {
    if (root === undefined) return;
    for (const key of ROOT) {
      if (!(key in root.schema)) continue;
      const names = among(profiles, ["anthropic", "openai"]);
      report(`/inputSchema/${key}`, `${key} at the top of the input schema is refused (${names})`);
    }
    for (const key of ["enum", "not"]) {
      if (!(key in root.schema) || !profiles.includes("openai")) continue;
      report(
        `/inputSchema/${key}`,
        `${key} at the top of the input schema is refused (OpenAI's API)`,
      );
    }
  },
};

export const noProperties: Rule = {
  id: "GM211",
  name: "no-properties",
  severity: "error",
  summary: "The input schema names its properties, if only none.",
  why: 'OpenAI\'s API answers 400 to `{ "type": "object" }`: "object schema missing properties". ' +
    "It is the usual schema of tools without arguments.",
  remedy: 'Add `"properties": {}`. `--fix` does it.',
  sources: [
    "https://github.com/inboxapi/cli/issues/106",
    "https://github.com/grafana/mcp-grafana/issues/390",
  ],
  profiles: ["openai"],
  fixable: true,
  bad: { tools: [weather({ inputSchema: { type: "object" } })] },
  good: { tools: [weather({ inputSchema: { type: "object", properties: {} } })] },
  tool({ input: [root] }, report) {
    if (root === undefined || "properties" in root.schema || root.schema.type !== "object") return;
    const edit = { op: "set", pointer: "/inputSchema", key: "properties", value: {} } as const;
    report("/inputSchema", "the input schema names no properties, not even none (OpenAI's API)", {
      fix: { what: 'adds "properties": {}', edits: [edit] },
    });
  },
};

export const arrayItems: Rule = {
  id: "GM212",
  name: "array-items",
  severity: "error",
  summary: "A list says what its items are.",
  why:
    'OpenAI ("array schema missing items"), Gemini ("items: missing field") and VS Code ("tool ' +
    'parameters array type must have items") refuse it, with the tool or with the whole request.',
  remedy:
    'Add `items` with the schema of an item. `--fix` adds `"items": {}`, which means the same ' +
    "as none; Gemini wants a type there.",
  sources: [
    "https://github.com/ruvnet/ruflo/issues/1294 (OpenAI)",
    "https://github.com/cline/cline/issues/7339 (Gemini)",
    "https://github.com/typesense/typesense/issues/3059 (VS Code)",
  ],
  profiles: ["openai", "gemini", "vscode"],
  fixable: true,
  bad: { tools: [weatherOf({ type: "array", description: "Cities.", maxItems: 9 })] },
  good: {
    tools: [weatherOf({
      type: "array",
      description: "Cities.",
      maxItems: 9,
      items: { type: "string", maxLength: 99 },
    })],
  },
  tool({ input }, report, { profiles }) {
    const names = among(profiles, ["openai", "gemini", "vscode"]);
    for (const { schema, pointer } of input) {
      if (!typesOf(schema).includes("array") || "items" in schema || "prefixItems" in schema) {
        continue;
      }
      const edit = { op: "set", pointer, key: "items", value: {} } as const;
      report(pointer, `the list does not say what its items are (${names})`, {
        fix: { what: 'adds "items": {}', edits: [edit] },
      });
    }
  },
};

export const enumStrings: Rule = {
  id: "GM213",
  name: "enum-strings",
  severity: "error",
  summary: "The values of an `enum` are strings, and not empty.",
  why:
    "Gemini's schemas are protocol buffers with `repeated string enum`: another value, `const` of " +
    "a number turned into an enum among them, is a 400 for the whole request. An empty string is " +
    "refused as well.",
  remedy:
    "Use strings, and turn them into numbers in the handler; for whole numbers `minimum` and " +
    "`maximum` may do.",
  sources: [
    "https://github.com/chrisdoc/hevy-mcp/issues/1161",
    "https://ai.google.dev/api/caching#Schema (enum)",
  ],
  profiles: ["gemini"],
  bad: { tools: [weatherOf({ type: "integer", description: "Days.", enum: [1, 3, 7] })] },
  good: { tools: [weatherOf({ type: "string", description: "Days.", enum: ["one", "three"] })] },
  tool: eachInput(({ schema, pointer }, report) => {
    if (!Array.isArray(schema.enum)) return;
    const at = schema.enum.findIndex((each) => typeof each !== "string" || each === "");
    if (at < 0) return;
    const shown = JSON.stringify(schema.enum[at]).slice(0, 40);
    report(
      `${pointer}/enum/${at}`,
      `the enum has the value ${shown} (Gemini's API takes strings only)`,
    );
  }),
};

/** What Gemini's `Schema` has; the rest is unknown to it. */
// deno-fmt-ignore: one line a kind.
const GEMINI_KEYWORDS = new Set([
  "type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems",
  "properties", "required", "minProperties", "maxProperties", "minLength", "maxLength", "pattern",
  "example", "anyOf", "propertyOrdering", "default", "items", "minimum", "maximum",
]);
/** Annotations, which clients take out, and `GM113` speaks of the dialect. */
const SILENT = new Set([
  "$schema",
  "$id",
  "$comment",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

export const geminiKeywords: Rule = {
  id: "GM214",
  name: "gemini-keywords",
  severity: "info",
  summary: "The input schema has only keywords of Gemini's `Schema`.",
  why:
    "Clients that give the schema to Gemini as `parameters` get a 400 for keywords that it does " +
    'not know ("Unknown name … Cannot find field"); careful ones take them out, and the model is ' +
    "told less. With `parametersJsonSchema` more are known.",
  remedy: "Say in descriptions what the keyword says. `additionalProperties: false` is worth " +
    "keeping all the same: it keeps the model from inventing arguments elsewhere.",
  sources: [
    "https://ai.google.dev/api/caching#Schema",
    "https://github.com/promptfoo/promptfoo/issues/6902",
  ],
  profiles: ["gemini"],
  bad: { tools: [weatherOf({ description: "A city.", not: { type: "number" } })] },
  good: {
    tools: [weather({
      inputSchema: { type: "object", properties: { city: { type: "string", maxLength: 9 } } },
    })],
  },
  tool({ input }, report) {
    const seen = new Set<string>();
    for (const { schema, pointer } of input) {
      for (const key of Object.keys(schema)) {
        const isKnown = GEMINI_KEYWORDS.has(key) || SILENT.has(key) || key.startsWith("x-");
        if (isKnown || seen.has(key)) continue;
        seen.add(key);
        report(`${pointer}/${key}`, `"${key}" is no keyword of Gemini's schemas`);
      }
    }
  },
};

const GEMINI_FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ["enum", "date-time"],
  number: ["float", "double"],
  integer: ["int32", "int64"],
};

export const geminiFormat: Rule = {
  id: "GM215",
  name: "gemini-format",
  severity: "warning",
  summary: "Formats are those that Gemini takes.",
  why:
    "Gemini answers 400 to others in `parameters`: \"only 'enum' and 'date-time' are supported " +
    'for STRING type". `uri` and `email`, which Zod writes, are among them. Clients that know of it ' +
    "take formats out.",
  remedy: "Say the format in the description, or check it with `pattern`.",
  sources: [
    "https://github.com/google-gemini/gemini-cli/issues/2237",
    "https://github.com/google-gemini/gemini-cli/issues/4031",
  ],
  profiles: ["gemini"],
  bad: {
    tools: [weatherOf({ type: "string", description: "A page.", format: "uri", maxLength: 9 })],
  },
  good: { tools: [weatherOf({ type: "string", description: "A day.", format: "date-time" })] },
  tool: eachInput(({ schema, pointer }, report) => {
    if (typeof schema.format !== "string") return;
    const known = typesOf(schema).flatMap((type) => GEMINI_FORMATS[type] ?? []);
    if (known.includes(schema.format)) return;
    report(`${pointer}/format`, `the format "${schema.format}" is refused (Gemini's API)`);
  }),
};

export const typeList: Rule = {
  id: "GM216",
  name: "type-list",
  severity: "warning",
  summary: "`type` is one type, not a list.",
  why:
    'Gemini\'s schemas have one type; `["string", "null"]`, which generators of .NET and Go write ' +
    "for optional values, is a 400 there.",
  remedy: "Leave `null` out and make the argument optional, or use `anyOf`.",
  sources: [
    "https://github.com/sbroenne/mcp-server-excel/pull/674",
    "https://github.com/zereight/gitlab-mcp/issues/166",
  ],
  profiles: ["gemini"],
  bad: { tools: [weatherOf({ type: ["string", "null"], description: "A city.", maxLength: 9 })] },
  good: { tools: [weather()] },
  tool: eachInput(({ schema, pointer }, report) => {
    if (!Array.isArray(schema.type)) return;
    report(`${pointer}/type`, `the type is the list ${JSON.stringify(schema.type)} (Gemini's API)`);
  }),
};

export const noType: Rule = {
  id: "GM217",
  name: "no-type",
  severity: "warning",
  summary: "Every argument has a type.",
  why: 'Gemini answers 400 ("didn\'t specify the schema type field") to a property without one, ' +
    "enums included, and other models guess.",
  remedy: "Add `type`, or `anyOf` with types.",
  sources: ["https://github.com/google-gemini/gemini-cli/issues/4400"],
  profiles: ["gemini"],
  bad: { tools: [weatherOf({ enum: ["Bern", "Rome"], description: "A city." })] },
  good: { tools: [weatherOf({ type: "string", enum: ["Bern", "Rome"], description: "A city." })] },
  tool: eachInput(({ schema, pointer, property }, report) => {
    const says = ["type", "$ref", "anyOf", "oneOf", "allOf", "const"].some((key) => key in schema);
    if (property === undefined || says) return;
    report(pointer, "the argument has no type (Gemini's API)");
  }),
};
