/** What a host says of its module is defined here as an author would define it, or refused. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { definePrompt } from "../prompts/define_prompt.ts";
import { defineResource } from "../resources/define_resource.ts";
import { defineTool } from "../tools/define_tool.ts";
import * as z from "zod";
import { describeModule } from "./host/describe_module.ts";
import { declaredPermissions, hostedItems, type RunnerOf } from "./hosted_items.ts";

/** A runner that only says what it was made for. */
function runners() {
  const made: Parameters<RunnerOf>[0][] = [];
  const runnerOf: RunnerOf = (about) => {
    made.push(about);
    return () => Promise.resolve({ kind: "value", value: undefined });
  };
  return { made, runnerOf };
}

const tool = defineTool({
  name: "t",
  title: "T",
  description: "d",
  input: z.object({ a: z.string().default("x") }),
  output: z.object({ n: z.int() }),
  purposes: { a: "html" },
  annotations: { readOnlyHint: true },
  icons: [{ src: "https://example.com/i.png" }],
  timeout: "5s",
  permissions: { net: ["a.example"] },
  handler: () => ({ n: 1 }),
});
const resource = defineResource({
  uri: "r://{id}",
  name: "r",
  mimeType: "text/plain",
  complete: { id: () => [] },
  read: () => "",
});
const prompt = definePrompt({
  name: "p",
  arguments: z.object({ a: z.string() }),
  complete: { a: () => [] },
  handler: () => "",
});

function aboutOf(): Record<string, unknown> {
  const loaded = <T>(item: T) => [{ item, file: "m.ts" }];
  const about = describeModule({
    tools: loaded(tool),
    resources: loaded(resource),
    prompts: loaded(prompt),
  });
  return JSON.parse(JSON.stringify(about));
}

Deno.test("hostedItems() defines what a host has as it was defined there", () => {
  const { made, runnerOf } = runners();
  const { tools: [t], resources: [r], prompts: [p] } = hostedItems(aboutOf(), runnerOf);
  assertEquals(t!.definition, JSON.parse(JSON.stringify(tool.definition)));
  assertEquals([t!.timeoutMs, t!.purposes, t!.permissions], [5_000, { a: "html" }, {
    net: ["a.example"],
  }]);
  assertEquals(r!.definition, resource.definition);
  assertEquals([r!.template?.match("r://7"), Object.keys(r!.complete)], [{ id: "7" }, ["id"]]);
  assertEquals([p!.definition, Object.keys(p!.complete)], [prompt.definition, ["a"]]);
  assertEquals(made, [
    { timeoutMs: 5_000, mayRepeat: true },
    { timeoutMs: undefined, mayRepeat: true },
    { timeoutMs: undefined, mayRepeat: true },
  ]);
  assertEquals(declaredPermissions(aboutOf()), [{ net: ["a.example"] }]);
});

Deno.test("hostedItems() repeats only what says that it may be repeated", () => {
  for (
    const [annotations, mayRepeat] of [
      [undefined, false],
      [{}, false],
      [{ idempotentHint: true }, true],
      [{ idempotentHint: false, readOnlyHint: false }, false],
    ] as const
  ) {
    const { made, runnerOf } = runners();
    const definition = {
      name: "t",
      description: "d",
      inputSchema: { type: "object" },
      ...(annotations && { annotations }),
    };
    hostedItems({ tools: [{ definition }], resources: [], prompts: [] }, runnerOf);
    assertEquals(made.map((each) => each.mayRepeat), [mayRepeat]);
  }
});

/** What a host may say instead, and what it is told. */
const LIES: readonly (readonly [string, (about: Record<string, unknown>) => unknown, string])[] = [
  ["no tools", (about) => ({ ...about, tools: undefined }), "not a list"],
  ["a tool that is none", (about) => ({ ...about, tools: [5] }), "not a list"],
  ["a tool without a definition", (about) => ({ ...about, tools: [{}] }), "not an object"],
  ["a bad name", changed({ name: "a b" }), "its name is"],
  ["a bad description", changed({ description: 7 }), "its description is missing"],
  ["a schema that is none", changed({ inputSchema: { type: "nope" } }), "schema"],
  ["a remote schema", changed({ inputSchema: { type: "object", $ref: "https://x/y" } }), "schema"],
  ["an unknown member", changed({ _meta: {} }), '"_meta" is not a known option'],
  ["icons that are none", changed({ icons: [{ src: "javascript:1" }] }), "an icon needs"],
  ["a bad time", (about) => ({ ...about, tools: [{ ...first(about), timeoutMs: -1 }] }), "a time"],
  [
    "permissions that are none",
    (about) => ({ ...about, tools: [{ ...first(about), permissions: { ffi: ["x"] } }] }),
    'permission "ffi"',
  ],
  ["a bad prompt", (about) => ({ ...about, prompts: [{ definition: {}, completes: [] }] }), "name"],
  ["a bad resource", (about) => ({
    ...about,
    resources: [{ uri: "no uri", definition: { name: "x" }, completes: [] }],
  }), "its uri is"],
];

for (const [what, lie, told] of LIES) {
  Deno.test(`hostedItems() refuses ${what}`, () => {
    const about = lie(aboutOf()) as Record<string, unknown>;
    const { message } = assertThrows(() => hostedItems(about, runners().runnerOf), GomcpError);
    assertStringIncludes(message, told);
  });
}

function first(about: Record<string, unknown>): Record<string, unknown> {
  return (about.tools as Record<string, unknown>[])[0]!;
}

/** Changes the first tool's definition. */
function changed(change: Readonly<Record<string, unknown>>) {
  return (about: Record<string, unknown>) => {
    const tool = first(about);
    const definition = { ...tool.definition as Record<string, unknown>, ...change };
    return { ...about, tools: [{ ...tool, definition }] };
  };
}
