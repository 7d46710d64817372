/** The description of the API: every reference in it leads somewhere. */
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as z from "zod";
import { FakeClock } from "../../base/fake_clock.ts";
import { isRecord } from "../../base/json.ts";
import { createRuntime, type RuntimeOptions } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import type { SchemaSource } from "../../authoring/schema.ts";
import type { Tool } from "../../tools/tool.ts";
import { openApi } from "./openapi.ts";

type Json = Record<string, unknown>;

function toolOf(name: string, input?: SchemaSource): Tool {
  const options = { name, description: `Runs ${name}.`, handler: () => "" };
  return defineTool(input === undefined ? options : { ...options, input });
}

function documentOf(tools: readonly Tool[], options: Partial<RuntimeOptions> = {}): Json {
  return JSON.parse(openApi(createRuntime({ tools, clock: new FakeClock(), ...options })));
}

/** The schema of a call's body, as a program that reads the document would compile it. */
function callChecker(document: Json) {
  const ajv = new Ajv2020({ strict: false, logger: false });
  return ajv.compile({ ...document, $ref: "#/components/schemas/Call" });
}

const node: z.ZodType = z.object({
  value: z.number(),
  get next() {
    return node.optional();
  },
});

const INPUTS: readonly (readonly [string, SchemaSource | undefined, unknown, unknown])[] = [
  ["none", undefined, {}, { a: 1 }],
  ["plain", z.object({ a: z.number() }), { a: 1 }, { a: "x" }],
  [
    "of definitions of its own",
    {
      type: "object",
      properties: { a: { $ref: "#/$defs/n" } },
      required: ["a"],
      $defs: { n: { type: "number" } },
    },
    { a: 1 },
    { a: "x" },
  ],
  [
    "that refers to a property of its own",
    { type: "object", properties: { a: { type: "number" }, b: { $ref: "#/properties/a" } } },
    { b: 1 },
    { b: "x" },
  ],
  ["that is recursive", z.object({ root: node }), { root: { value: 1, next: { value: 2 } } }, {
    root: { value: 1, next: { value: "x" } },
  }],
];

for (const [what, input, good, bad] of INPUTS) {
  Deno.test(`openApi() describes the calls of a tool with an input ${what}`, () => {
    // A second tool, so that the first is not the only one that a reference could mean.
    const check = callChecker(documentOf([toolOf("t", input), toolOf("u")]));
    assertEquals(check({ tool: "t", arguments: good }), true);
    assertEquals(check({ tool: "t", arguments: bad }), false);
    assertEquals(check({ tool: "unknown", arguments: {} }), false);
  });
}

/** Every reference of the document that is not within a tool's own schema. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isRecord(value)) return [];
  const own = typeof value.$ref === "string" ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

function resolve(document: Json, reference: string): unknown {
  assert(reference.startsWith("#/"), reference);
  let at: unknown = document;
  for (const step of reference.slice(2).split("/")) at = isRecord(at) ? at[step] : undefined;
  return at;
}

Deno.test("openApi() has no reference that leads nowhere, with and without tools", () => {
  for (const tools of [[], [toolOf("a"), toolOf("b")]]) {
    const document = documentOf(tools);
    const all = references(document);
    assert(all.length > 5);
    for (const each of all) assert(resolve(document, each) !== undefined, each);
  }
});

Deno.test("openApi() says who the server is and how its tools are meant to be used", () => {
  const info = { name: "mine", title: "Mine", version: "7" };
  const document = documentOf([], { info, instructions: "Add first." });
  assertEquals(document.openapi, "3.1.0");
  assertEquals(document.info, { title: "Mine", version: "7", description: "Add first." });
  const { title, description } = documentOf([]).info as Json;
  assertEquals([title, description], ["gomcp", undefined]);
});

Deno.test("openApi() names every operation once", () => {
  const paths = documentOf([]).paths as Record<string, Record<string, Json>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`)
  );
  assertEquals(operations, [
    "get /v1/tools listTools",
    "get /v1/tools/{name} getTool",
    "post /v1/tools/call callTool",
    "get /v1/tasks/{id} getTask",
    "post /v1/tasks/{id}/cancel cancelTask",
    "post /v1/tools/batch callBatch",
  ]);
});

Deno.test("openApi() is made once a runtime", () => {
  const runtime = createRuntime({ tools: [toolOf("a")], clock: new FakeClock() });
  assertEquals(openApi(runtime), openApi(runtime));
  assert(openApi(runtime) !== openApi(createRuntime({ tools: [], clock: new FakeClock() })));
});
