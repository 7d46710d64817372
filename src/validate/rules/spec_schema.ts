/** GM11x: what MCP and JSON Schema ask of a tool's schemas as a whole. */
import { isRecord } from "../../base/json.ts";
import { dialectOf, schemaFaults, sharedFaults } from "../meta_schema.ts";
import type { Rule } from "../rule.ts";
import type { SchemaNode } from "../schema_nodes.ts";
import { weather, weatherOf } from "./weather.ts";

/** The section that most of them rest on. */
export const USAGE = "MCP 2026-07-28, basic: JSON Schema usage";

export const rootType: Rule = {
  id: "GM110",
  name: "root-type",
  severity: "error",
  summary: 'The input schema says `"type": "object"`.',
  why:
    "Arguments are always an object, and every client and model API wants the schema to say it. " +
    "Without it the definition is refused, and with it the request.",
  remedy: 'Add `"type": "object"`. `--fix` does it where the schema names properties.',
  sources: ["MCP, server/tools: Tool.inputSchema", "https://github.com/vercel/ai/issues/7005"],
  fixable: true,
  bad: { tools: [weather({ inputSchema: { properties: { city: { type: "string" } } } })] },
  good: { tools: [weather()] },
  tool({ definition: { inputSchema } }, report) {
    if (!isRecord(inputSchema) || inputSchema.type === "object") return;
    const set = { op: "set", pointer: "/inputSchema", key: "type", value: "object" } as const;
    const isPlain = inputSchema.type === undefined && isRecord(inputSchema.properties);
    const was = inputSchema.type === undefined ? "missing" : JSON.stringify(inputSchema.type);
    report("/inputSchema/type", `the type of the input schema is ${was}, expected "object"`, {
      ...(isPlain && { fix: { what: 'adds "type": "object"', edits: [set] } }),
    });
  },
};

export const outputType: Rule = {
  id: "GM111",
  name: "output-type",
  severity: "error",
  summary: 'An output schema says `"type": "object"`.',
  why:
    "Up to revision 2025-11-25 structured content is an object, and clients of that time parse " +
    "the list by it: the TypeScript SDK drops **all** tools of a server with one such schema. Only " +
    "2026-07-28 allows other types.",
  remedy: 'Put the value into an object, such as `{ "items": […] }`.',
  sources: [
    "MCP 2025-11-25, server/tools: Tool.outputSchema",
    "https://github.com/opentokenz/mcpx/issues/28",
  ],
  bad: { tools: [weather({ outputSchema: { type: "array", items: { type: "string" } } })] },
  good: { tools: [weather({ outputSchema: { type: "object", properties: {} } })] },
  tool({ definition: { outputSchema } }, report) {
    if (!isRecord(outputSchema) || outputSchema.type === "object") return;
    const was = outputSchema.type === undefined ? "missing" : JSON.stringify(outputSchema.type);
    report("/outputSchema/type", `the type of the output schema is ${was}, expected "object"`);
  },
};

export const invalidSchema: Rule = {
  id: "GM112",
  name: "invalid-schema",
  severity: "error",
  summary: "Schemas are valid JSON Schema of the dialect 2020-12, or of the one that they name.",
  why: "What is no JSON Schema cannot be checked: clients refuse the definition, servers fail to " +
    "start, model APIs refuse the whole request.",
  remedy: "Mend the keyword that the message points at. Common: `required: true` on a property " +
    "(it is a list on the object around), `items` as a list (that is `prefixItems` now).",
  sources: [USAGE, "https://json-schema.org/draft/2020-12/schema"],
  bad: { tools: [weatherOf({ type: "text" })] },
  good: {
    tools: [weather({
      inputSchema: {
        $schema: "http://json-schema.org/draft-04/schema#",
        type: "object",
        properties: { day: { type: "number", minimum: 0, exclusiveMinimum: true } },
      },
    })],
  },
  tool(tool, report) {
    for (const key of ["inputSchema", "outputSchema"] as const) {
      const schema = tool.definition[key];
      if (!isRecord(schema)) continue;
      const dialect = dialectOf(schema);
      const faults = dialect === undefined ? sharedFaults(schema) : schemaFaults(schema, dialect);
      for (const { pointer, message } of faults) {
        report(`/${key}${pointer}`, `${pointer === "" ? key : lastOf(pointer)} ${message}`);
      }
    }
  },
};

function lastOf(pointer: string): string {
  return pointer.slice(pointer.lastIndexOf("/") + 1).replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Keywords that mean nothing in draft-07. */
const SINCE_DRAFT_07 = [
  "dependentRequired",
  "dependentSchemas",
  "unevaluatedProperties",
  "unevaluatedItems",
  "prefixItems",
  "minContains",
  "maxContains",
  "$anchor",
  "$dynamicRef",
];

/** What draft-07 and 2020-12 read differently. */
function readsDifferently({ schema }: SchemaNode): boolean {
  return Array.isArray(schema.items) || "additionalItems" in schema || "dependencies" in schema ||
    ("$ref" in schema && Object.keys(schema).length > 1) || "$id" in schema ||
    SINCE_DRAFT_07.some((key) => key in schema);
}

export const dialect: Rule = {
  id: "GM113",
  name: "dialect",
  severity: "warning",
  summary: "Schemas are of the dialect JSON Schema 2020-12.",
  why: "It is the one that every client and server must know; others they may refuse, as gomcp " +
    "does for modules of its own. `zod-to-json-schema` writes draft-07 unless it is told otherwise.",
  remedy: "Leave `$schema` out, which means 2020-12. `--fix` does it for draft-07 where both " +
    "dialects say the same.",
  sources: [USAGE],
  fixable: true,
  bad: {
    tools: [weather({
      inputSchema: {
        $schema: "http://json-schema.org/draft-07/schema#",
        type: "object",
        properties: {},
      },
    })],
  },
  good: { tools: [weather()] },
  tool(tool, report) {
    for (const nodes of [tool.input, tool.output]) {
      const root = nodes[0];
      if (root === undefined || dialectOf(root.schema) === "2020-12") continue;
      const at = `${root.pointer}/$schema`;
      const isSame = dialectOf(root.schema) === "draft-07" && !nodes.some(readsDifferently);
      report(at, `the schema is of the dialect ${JSON.stringify(root.schema.$schema)}`, {
        ...(isSame && {
          fix: { what: "leaves $schema out", edits: [{ op: "remove", pointer: at }] },
        }),
      });
    }
  },
};
