/** GM22x: what the strict modes of model APIs want, in which the schema binds what a model writes. */
import { isRecord } from "../../base/json.ts";
import { eachInput, type Rule } from "../rule.ts";
import { type Schema, typesOf } from "../schema_nodes.ts";
import { recursiveRefs } from "../recursive_refs.ts";
import { weather, weatherOf } from "./weather.ts";

const OPENAI = "https://platform.openai.com/docs/guides/structured-outputs#supported-schemas";
const ANTHROPIC =
  "https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations";

export const strictObjects: Rule = {
  id: "GM220",
  name: "strict-objects",
  severity: "error",
  summary: "In strict mode every object is closed, and all its properties are required.",
  why:
    "OpenAI's strict mode refuses objects without `additionalProperties: false` and properties " +
    "that are not required; Anthropic's wants the former.",
  remedy: "Close the objects. Make an optional property required with `null` as a second type.",
  sources: [OPENAI, ANTHROPIC],
  profiles: ["strict"],
  bad: {
    tools: [weather({ inputSchema: { type: "object", properties: { city: { type: "string" } } } })],
    profiles: ["strict"],
  },
  good: { tools: [weather()], profiles: ["strict"] },
  tool: eachInput(({ schema, pointer }, report) => {
    if (!typesOf(schema).includes("object")) return;
    if (schema.additionalProperties !== false) {
      report(pointer, "the object does not say additionalProperties: false (strict mode)");
    }
    const required = Array.isArray(schema.required) ? schema.required : [];
    const properties = isRecord(schema.properties) ? Object.keys(schema.properties) : [];
    const optional = properties.filter((name) => !required.includes(name));
    if (optional.length === 0) return;
    report(pointer, `not required: ${optional.join(", ")} (strict mode of OpenAI's)`);
  }),
};

// deno-fmt-ignore: one line a kind.
const REFUSED = [
  "allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else",
  "patternProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems", "contains",
  "prefixItems", "uniqueItems", "minProperties", "maxProperties", "oneOf",
];

/** Formats that both APIs take. */
// deno-fmt-ignore: many words.
const FORMATS = new Set([
  "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid",
]);
/** Bounds that Anthropic's API refuses. Those of lengths every server needs, so they are let be. */
const NUMBER_BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
/** Look-arounds, back-references and word boundaries. */
const NO_GRAMMAR = /\(\?<?[=!]|\\(?:[1-9bB]|k<)/;

/** Values of keywords that one API or the other cannot compile, each with why. */
function* refusedValues(schema: Schema): Generator<[string, string]> {
  const { format, pattern, minItems, maxItems } = schema;
  if (format === "uri") yield ["format", 'the format "uri" is refused in strict mode of OpenAI\'s'];
  else if (typeof format === "string" && !FORMATS.has(format)) {
    yield ["format", `the format ${JSON.stringify(format)} is refused in strict mode`];
  }
  if (typeof pattern === "string" && NO_GRAMMAR.test(pattern)) {
    yield ["pattern", "the pattern has what no grammar can say (strict mode of Anthropic's)"];
  }
  const bounds = NUMBER_BOUNDS.filter((key) => key in schema);
  if (typeof minItems === "number" && minItems > 1) bounds.push("minItems");
  if (maxItems !== undefined) bounds.push("maxItems");
  for (const key of bounds) yield [key, `"${key}" is refused in strict mode of Anthropic's`];
}

export const strictKeywords: Rule = {
  id: "GM221",
  name: "strict-keywords",
  severity: "error",
  summary: "In strict mode there are only keywords that a grammar can be made of.",
  why: "The APIs compile the schema into a grammar, and answer 400 to keywords that they cannot " +
    "compile. Formats are taken from a short list; Anthropic's API takes no bounds of numbers, of " +
    "lists only a `minItems` of 0 or 1, and no look-arounds (its SDKs take bounds out and put them " +
    "into the description). It takes no `minLength` and `maxLength` either: these are let be, since " +
    "servers need them (GM301).",
  remedy:
    "Use `anyOf` in place of `oneOf`; check the rest in the handler, or let the client's SDK " +
    "take the bounds out.",
  sources: [
    OPENAI,
    ANTHROPIC,
    "https://github.com/cyanheads/git-mcp-server/issues/47 (formats)",
    "https://hexdocs.pm/lang_schema/LangSchema.Converter.Anthropic.html (bounds and patterns)",
  ],
  profiles: ["strict"],
  bad: {
    tools: [
      weatherOf({ type: "array", items: { type: "string" }, uniqueItems: true }),
      weatherOf({ type: "string", format: "uri" }),
      weatherOf({ type: "integer", maximum: 5 }),
    ],
    profiles: ["strict"],
  },
  good: { tools: [weather()], profiles: ["strict"] },
  tool: eachInput(({ schema, pointer }, report) => {
    for (const key of REFUSED) {
      if (key in schema) report(`${pointer}/${key}`, `"${key}" is refused in strict mode`);
    }
    for (const [key, message] of refusedValues(schema)) {
      report(`${pointer}/${key}`, message, { severity: "warning" });
    }
  }),
};

const DEPTH_MAX = 10;
const PROPERTIES_MAX = 5_000;

export const strictSize: Rule = {
  id: "GM222",
  name: "strict-size",
  severity: "error",
  summary:
    `In strict mode objects are at most ${DEPTH_MAX} deep, with ${PROPERTIES_MAX} properties in all.`,
  why: "OpenAI's API refuses larger ones, since the grammar would be too large.",
  remedy: "Flatten the arguments, or take a part of them as text.",
  sources: [OPENAI],
  profiles: ["strict"],
  bad: { tools: [weatherOf(nested(12))], profiles: ["strict"] },
  good: { tools: [weather()], profiles: ["strict"] },
  tool({ input }, report) {
    let deepest = 0;
    let properties = 0;
    const objects = new Map<string, number>();
    for (const { schema, pointer } of input) {
      if (isRecord(schema.properties)) properties += Object.keys(schema.properties).length;
      if (!typesOf(schema).includes("object")) continue;
      const around = [...objects].filter(([at]) => pointer.startsWith(at + "/"));
      const depth = 1 + Math.max(0, ...around.map(([, level]) => level));
      objects.set(pointer, depth);
      deepest = Math.max(deepest, depth);
      if (objects.size > 1_000) break; // of properties, there are too many long before
    }
    if (deepest > DEPTH_MAX) {
      report(
        "/inputSchema",
        `objects stand ${deepest} deep, expected at most ${DEPTH_MAX} (strict mode)`,
      );
    }
    if (properties > PROPERTIES_MAX) {
      const message = `there are ${properties} properties, expected at most ${PROPERTIES_MAX}`;
      report("/inputSchema", `${message} (strict mode)`);
    }
  },
};

function nested(depth: number): unknown {
  let schema: unknown = { type: "string" };
  for (let i = 0; i < depth; i++) {
    const properties = { inner: schema };
    schema = { type: "object", properties, required: ["inner"], additionalProperties: false };
  }
  return schema;
}

export const recursion: Rule = {
  id: "GM223",
  name: "recursion",
  severity: "warning",
  summary: "No schema contains itself.",
  why: "Anthropic's strict mode and Gemini refuse schemas that refer to themselves, and clients " +
    "that replace references by what they refer to never end.",
  remedy: "Write as many levels as are needed, or take the nested part as text.",
  sources: [ANTHROPIC, "https://ai.google.dev/api/caching#Schema"],
  profiles: ["gemini", "strict"],
  bad: {
    tools: [weather({
      inputSchema: {
        type: "object",
        properties: { tree: { $ref: "#/$defs/tree" } },
        $defs: { tree: { type: "object", properties: { left: { $ref: "#/$defs/tree" } } } },
      },
    })],
  },
  good: {
    tools: [weather({
      inputSchema: {
        type: "object",
        properties: { tree: { $ref: "#/$defs/tree" } },
        $defs: {
          tree: { type: "object", properties: { left: { $ref: "#/$defs/leaf" } } },
          leaf: { type: "string" },
        },
      },
    })],
  },
  tool({ input }, report) {
    for (const { pointer, ref } of recursiveRefs(input)) {
      report(`${pointer}/$ref`, `the schema "${ref}" contains itself`);
    }
  },
};
