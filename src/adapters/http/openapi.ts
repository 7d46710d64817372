/** The REST API as OpenAPI 3.1, made from the registry, so that it never lies about the tools. */
import { LIMITS } from "../../base/limits.ts";
import type { Access } from "../../pipeline/access.ts";
import type { Registry, Runtime } from "../../runtime/runtime.ts";

type Json = Readonly<Record<string, unknown>>;

const CALL_RESULT: Json = {
  type: "object",
  required: ["content"],
  properties: {
    content: { type: "array", items: { type: "object", required: ["type"] } },
    structuredContent: {},
    isError: { type: "boolean", description: "The tool ran and failed." },
    _meta: { type: "object" },
  },
};

const PROBLEM: Json = {
  type: "object",
  description: "RFC 9457 problem document.",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string" },
    pointer: { type: "string", description: "JSON Pointer to what is wrong." },
    limit: { type: "number" },
    limitName: { type: "string" },
    used: { type: "number" },
    resetsAt: { type: "string", format: "date-time" },
    remaining: { type: "number" },
    retryAfterMs: { type: "number" },
    incident: { type: "string", description: "What the server's log has it as." },
  },
};

const documents = new WeakMap<Registry, string>();

/** The document as JSON text, of the tools that the caller may see; made when first asked for. */
export function openApi(runtime: Runtime, access?: Access): string {
  const { tools } = runtime.viewFor(access);
  let text = documents.get(tools);
  if (text === undefined) {
    text = JSON.stringify(document(runtime, tools));
    documents.set(tools, text);
  }
  return text;
}

function document(runtime: Runtime, tools: Registry): Json {
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: runtime.info.title ?? runtime.info.name,
      version: runtime.info.version,
      ...(runtime.instructions !== undefined && { description: runtime.instructions }),
    },
    paths: paths(),
    components: { schemas: schemas(tools) },
  };
}

function paths(): Json {
  return {
    "/v1/tools": {
      get: {
        operationId: "listTools",
        summary: "The tools, by name, in pages.",
        parameters: [query("cursor", { type: "string" }), query("limit", limitSchema())],
        responses: answers("ToolList", ["400", "429"]),
      },
    },
    "/v1/tools/{name}": {
      get: {
        operationId: "getTool",
        summary: "One tool.",
        parameters: [{ name: "name", in: "path", required: true, schema: { type: "string" } }],
        responses: answers("Tool", ["404", "429"]),
      },
    },
    "/v1/tools/call": {
      post: {
        operationId: "callTool",
        summary: "Calls a tool.",
        requestBody: body("Call"),
        responses: answers("CallResult", ["400", "404", "413", "422", "429", "503", "504", "500"]),
      },
    },
    "/v1/tools/batch": {
      post: {
        operationId: "callBatch",
        summary: "Calls several tools; the results are in the order of the requests.",
        requestBody: body("Batch"),
        responses: answers("BatchResult", ["400", "413"]),
      },
    },
  };
}

function schemas(tools: Registry): Json {
  const entries = tools.all();
  return {
    Tool: {
      type: "object",
      required: ["name", "description", "inputSchema"],
      properties: {
        name: { type: "string" },
        title: { type: "string" },
        description: { type: "string" },
        inputSchema: { type: "object" },
        outputSchema: { type: "object" },
        annotations: { type: "object" },
        icons: { type: "array" },
      },
    },
    ToolList: {
      type: "object",
      required: ["tools"],
      properties: { tools: list("Tool"), nextCursor: { type: "string" } },
    },
    Call: entries.length === 0
      ? { type: "object", required: ["tool"], properties: { tool: { type: "string" } } }
      : { oneOf: entries.map(({ tool }) => callSchema(tool.name, tool.definition)) },
    CallResult: CALL_RESULT,
    Batch: {
      type: "object",
      required: ["requests"],
      properties: {
        requests: {
          type: "array",
          minItems: 1,
          maxItems: LIMITS.batchItemsMax,
          items: { allOf: [ref("Call"), { properties: { id: { type: ["string", "integer"] } } }] },
        },
        parallel: { type: ["boolean", "integer"], minimum: 1, default: false },
      },
    },
    BatchResult: {
      type: "object",
      required: ["results"],
      properties: {
        results: {
          type: "array",
          items: {
            type: "object",
            required: ["id", "status"],
            properties: {
              id: { type: ["string", "integer"] },
              status: { type: "integer" },
              result: ref("CallResult"),
              problem: ref("Problem"),
            },
          },
        },
      },
    },
    Problem: PROBLEM,
  };
}

function callSchema(name: string, definition: Json): Json {
  const input = definition.inputSchema as Json;
  const demands = Array.isArray(input.required) && input.required.length > 0;
  return {
    type: "object",
    title: name,
    description: definition.description,
    required: demands ? ["tool", "arguments"] : ["tool"],
    properties: { tool: { const: name }, arguments: embed(input, name) },
  };
}

/** References within a schema are relative to its own root, which an `$id` keeps where it was. */
function embed(schema: Json, name: string): Json {
  const refers = /"\$(dynamicR|r)ef"/.test(JSON.stringify(schema));
  return refers && !("$id" in schema) ? { $id: `urn:gomcp:tool:${name}`, ...schema } : schema;
}

function limitSchema(): Json {
  return { type: "integer", minimum: 1, maximum: 1000, default: LIMITS.toolsPageMax };
}

function query(name: string, schema: Json): Json {
  return { name, in: "query", schema };
}

function body(schema: string): Json {
  return { required: true, content: { "application/json": { schema: ref(schema) } } };
}

function answers(schema: string, problems: readonly string[]): Json {
  const problem = { "application/problem+json": { schema: ref("Problem") } };
  return {
    "200": { description: "Done.", content: { "application/json": { schema: ref(schema) } } },
    ...Object.fromEntries(
      problems.map((status) => [status, { description: "Not done.", content: problem }]),
    ),
  };
}

function list(schema: string): Json {
  return { type: "array", items: ref(schema) };
}

function ref(schema: string): Json {
  return { $ref: `#/components/schemas/${schema}` };
}
