/** GM11x: what MCP and JSON Schema ask of keywords within a tool's schemas. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import { checkSchemaBounds } from "../../authoring/schema_bounds.ts";
import { readParamHeaders } from "../../protocol/param_headers.ts";
import { isOf } from "../fits.ts";
import { refFault } from "../local_refs.ts";
import type { Report, Rule } from "../rule.ts";
import { type Schema, type SchemaNode, typesOf } from "../schema_nodes.ts";
import { USAGE } from "./spec_schema.ts";
import { weather, weatherOf } from "./weather.ts";

const CORE = "https://json-schema.org/draft/2020-12/json-schema-core";

export const refs: Rule = {
  id: "GM114",
  name: "ref",
  severity: "error",
  summary: "References lead to something within the schema.",
  why: "Servers and clients must not fetch schemas from the network, since whoever answers there " +
    "could change the tool and learn who uses it. What leads nowhere cannot be checked at all.",
  remedy: "Put the schema into `$defs` and refer to it as `#/$defs/NAME`.",
  sources: [USAGE, CORE],
  bad: { tools: [weatherOf({ $ref: "https://example.com/city.json" })] },
  good: {
    tools: [weather({
      inputSchema: {
        type: "object",
        properties: { city: { $ref: "#/$defs/city" } },
        $defs: { city: { type: "string", description: "The name of a city.", maxLength: 100 } },
        additionalProperties: false,
      },
    })],
  },
  tool(tool, report) {
    for (const nodes of [tool.input, tool.output]) checkRefs(nodes, report);
  },
};

function checkRefs(nodes: readonly SchemaNode[], report: Report): void {
  for (const { schema, pointer } of nodes) {
    for (const key of ["$ref", "$dynamicRef"]) {
      const ref = schema[key];
      if (typeof ref !== "string") continue;
      const fault = refFault(ref, nodes[0]!.schema, nodes);
      if (fault === undefined) continue;
      const what = fault === "remote" ? "leads out of the schema" : "leads nowhere";
      report(`${pointer}/${key}`, `the reference "${ref}" ${what}`);
    }
  }
}

export const bounds: Rule = {
  id: "GM115",
  name: "schema-bounds",
  severity: "error",
  summary:
    `A schema has at most ${LIMITS.schemaDepthMax} levels and ${LIMITS.schemaNodesMax} parts.`,
  why: "Checking a value against it takes time and stack; implementations should bound both, and " +
    "gomcp does: it does not serve larger ones.",
  remedy: "Flatten the arguments, or take them as text and check that in the handler.",
  sources: [USAGE],
  bad: { tools: [weatherOf(nested(70))] },
  good: { tools: [weather()] },
  tool({ definition }, report) {
    for (const key of ["inputSchema", "outputSchema"] as const) {
      const schema = definition[key];
      if (!isRecord(schema)) continue;
      try {
        checkSchemaBounds(schema);
      } catch (error) {
        report(`/${key}`, describeThrown(error));
      }
    }
  },
};

function nested(depth: number): unknown {
  let schema: unknown = { type: "string" };
  for (let i = 0; i < depth; i++) schema = { type: "array", items: schema };
  return schema;
}

export const badPattern: Rule = {
  id: "GM116",
  name: "invalid-pattern",
  severity: "error",
  summary: "Patterns are regular expressions of ECMAScript, with Unicode.",
  why: "A pattern that cannot be compiled makes the schema useless: most validators refuse it " +
    "altogether. Python's `(?P<name>…)`, `\\A`, `\\Z` and inline flags such as `(?i)` are no " +
    "ECMAScript.",
  remedy: 'Write the pattern anew; try it with `new RegExp(pattern, "u")`.',
  sources: [
    "https://json-schema.org/draft/2020-12/json-schema-core (section 6.4, regular expressions)",
  ],
  bad: { tools: [weatherOf({ type: "string", description: "A city.", pattern: "(?i)^[a-z" })] },
  good: { tools: [weatherOf({ type: "string", description: "A city.", pattern: "^[a-z]{1,9}$" })] },
  tool(tool, report) {
    for (const { schema, pointer } of tool.schemas) {
      if (typeof schema.pattern === "string") {
        checkPattern(schema.pattern, `${pointer}/pattern`, report);
      }
      if (!isRecord(schema.patternProperties)) continue;
      for (const pattern of Object.keys(schema.patternProperties)) {
        checkPattern(pattern, `${pointer}/patternProperties`, report);
      }
    }
  },
};

function checkPattern(pattern: string, at: string, report: Report): void {
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    // Validators fall back to expressions without Unicode, in which more is allowed.
    const loose = compiles(pattern);
    const why = describeThrown(error).replace(/^Invalid regular expression: /, "");
    report(at, `the pattern cannot be compiled: ${why}`, loose ? { severity: "warning" } : {});
  }
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

export const paramHeader: Rule = {
  id: "GM117",
  name: "param-header",
  severity: "error",
  summary: "`x-mcp-header` names a header, once, on a string, integer or boolean of its own.",
  why: "Clients of 2026-07-28 must repeat the argument as that header; where they cannot, they " +
    "leave the tool out.",
  remedy: "Put the annotation on an argument that a chain of `properties` leads to, with a name " +
    "that no other one has.",
  sources: ["MCP 2026-07-28, basic/transports: x-mcp-header"],
  bad: { tools: [weatherOf({ type: "object", description: "A city.", "x-mcp-header": "City" })] },
  good: {
    tools: [weatherOf({
      type: "string",
      description: "A city.",
      maxLength: 9,
      "x-mcp-header": "City",
    })],
  },
  tool({ definition: { inputSchema } }, report) {
    if (!isRecord(inputSchema)) return;
    try {
      readParamHeaders(inputSchema);
    } catch (error) {
      if (!(error instanceof GomcpError)) throw error;
      report("/inputSchema", error.message.replace("its input schema: ", ""));
    }
  },
};

export const requiredUnknown: Rule = {
  id: "GM118",
  name: "required-unknown",
  severity: "error",
  summary: "What is `required` is one of the `properties`.",
  why:
    "Where other properties are not allowed, no call can be right. Where they are, the model is " +
    "asked for something that nobody described; Gemini refuses the request.",
  remedy: "Describe the property, or take its name out of `required`.",
  sources: ["https://ai.google.dev/api/caching#Schema (required)"],
  bad: {
    tools: [weather({ inputSchema: { type: "object", properties: {}, required: ["city"] } })],
  },
  good: { tools: [weather()] },
  tool(tool, report) {
    for (const { schema, pointer, keyword } of tool.input) {
      // Within a choice, `required` speaks of the properties around it.
      const isPart = keyword !== undefined &&
        /Of$|^(?:if|then|else|not|dependentSchemas)$/.test(keyword);
      if (!Array.isArray(schema.required) || isPart || "allOf" in schema || "$ref" in schema) {
        continue;
      }
      const known = isRecord(schema.properties) ? schema.properties : {};
      for (const [at, name] of schema.required.entries()) {
        if (typeof name !== "string" || Object.hasOwn(known, name)) continue;
        report(`${pointer}/required/${at}`, `"${name}" is required and described nowhere`);
      }
    }
  },
};

/** Keywords of which the first must not be above the second. */
const RANGES = [
  ["minimum", "maximum"],
  ["minLength", "maxLength"],
  ["minItems", "maxItems"],
  ["minProperties", "maxProperties"],
  ["minContains", "maxContains"],
] as const;

export const unsatisfiable: Rule = {
  id: "GM119",
  name: "unsatisfiable",
  severity: "error",
  summary: "Some value fits every schema.",
  why:
    "A bound above its counterpart, an `enum` without values or with values of another type: no " +
    "call can be right. Model APIs refuse an empty `enum`, and with it the request.",
  remedy: "Mend the bound, the values or the type; leave an argument out that takes nothing.",
  sources: [
    "https://json-schema.org/draft/2020-12/json-schema-validation (sections 6.1 to 6.5)",
  ],
  bad: {
    tools: [
      weatherOf({ type: "string", description: "A city.", minLength: 9, maxLength: 5 }),
    ],
  },
  good: {
    tools: [
      weatherOf({ type: "integer", description: "A day.", minimum: 5, maximum: 5, const: 5 }),
    ],
  },
  tool(tool, report) {
    for (const { schema, pointer } of tool.schemas) {
      for (const [least, most] of RANGES) {
        const [low, high] = [schema[least], schema[most]];
        if (typeof low !== "number" || typeof high !== "number" || low <= high) continue;
        report(`${pointer}/${least}`, `no value fits: ${least} is ${low}, ${most} is ${high}`);
      }
      const values = valuesOf(schema);
      if (values?.length === 0) report(`${pointer}/enum`, "no value fits: the enum has none");
      const types = typesOf(schema);
      if (types.length === 0 || !values?.length) continue;
      if (values.some((value) => types.some((type) => isOf(value, type)))) continue;
      const key = "const" in schema ? "const" : "enum";
      report(`${pointer}/${key}`, `no value fits: none of ${key} is ${types.join(" or ")}`);
    }
  },
};

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if ("const" in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}
