/** The REST API as OpenAPI 3.1, made from the registry, so that it never lies about the tools. */
import { LIMITS } from "../../base/limits.ts";
import type { Access } from "../../pipeline/access.ts";
import type { Registry, Runtime } from "../../runtime/runtime.ts";
import { ACCEPTED, CALL_TASKS, PREFER, TASK, TASK_EVENTS, TASK_ID } from "./openapi_tasks.ts";

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

const EVENTS: Json = { "text/event-stream": { schema: { type: "string" } } };
const CALL_EVENTS = "With Accept: text/event-stream, what the tool says while it works comes as " +
  'events "progress" {progress, total?, message?} and "log" {level, data}; the last event is ' +
  '"result" (CallResult) or "problem" (Problem). A call that has nothing to tell is answered plainly.';
const BATCH_EVENTS = "With Accept: text/event-stream, each result comes as soon as there is one, " +
  'as event "result" with its index; the last event is "end".';

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
        description: `${CALL_EVENTS} ${CALL_TASKS}`,
        parameters: [PREFER],
        requestBody: body("Call"),
        responses: {
          ...answers(
            "CallResult",
            ["400", "404", "413", "422", "429", "503", "504", "500"],
            EVENTS,
          ),
          "202": ACCEPTED,
        },
      },
    },
    "/v1/tasks/{id}": {
      get: {
        operationId: "getTask",
        summary: "A call that goes on, as it stands.",
        description: TASK_EVENTS,
        parameters: [TASK_ID],
        responses: answers("Task", ["404", "503"], EVENTS),
      },
    },
    "/v1/tasks/{id}/cancel": {
      post: {
        operationId: "cancelTask",
        summary: "Ends a call that goes on; one that has ended stays as it is.",
        parameters: [TASK_ID],
        responses: answers("Task", ["404", "503"]),
      },
    },
    "/v1/tools/batch": {
      post: {
        operationId: "callBatch",
        summary: "Calls several tools; the results are in the order of the requests.",
        description: BATCH_EVENTS,
        requestBody: body("Batch"),
        responses: answers("BatchResult", ["400", "413", "429"], EVENTS),
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
    Task: TASK,
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
        parallel: {
          type: ["boolean", "integer"],
          minimum: 1,
          default: false,
          description: "How many at once; true for as many as the tenant may.",
        },
        onError: {
          enum: ["continue", "stop"],
          default: "continue",
          description: "What becomes of the rest when a call fails: with stop it is cancelled.",
        },
        deadlineMs: {
          type: "number",
          exclusiveMinimum: 0,
          maximum: LIMITS.timeoutMsMax,
          description: "What has not ended by then ends as deadline_exceeded.",
        },
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
            required: ["id", "durationMs", "status"],
            properties: {
              id: { type: ["string", "integer"] },
              index: { type: "integer", description: "Its place; in events only." },
              durationMs: { type: "number" },
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

function answers(schema: string, problems: readonly string[], more: Json = {}): Json {
  const problem = { "application/problem+json": { schema: ref("Problem") } };
  const done = { "application/json": { schema: ref(schema) }, ...more };
  return {
    "200": { description: "Done.", content: done },
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
