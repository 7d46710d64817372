/** What authors write: which tools come of it, and what they are told of their mistakes. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { defineTool } from "./define_tool.ts";
import { isTool, type ToolOptions } from "./tool.ts";

const GOOD = { name: "good", description: "Does good.", handler: () => "ok" };

/** As a program without types would call it. */
function define(options: unknown) {
  return defineTool(options as ToolOptions);
}

Deno.test("defineTool() makes a frozen tool that isTool() knows", () => {
  const tool = defineTool(GOOD);
  assert(isTool(tool));
  assert(Object.isFrozen(tool));
  assertEquals(tool.name, "good");
  assertEquals([tool.timeoutMs, tool.output, tool.permissions], [undefined, undefined, undefined]);
  for (const other of [GOOD, null, undefined, "tool", () => 0, {}]) {
    assertEquals(isTool(other), false);
  }
});

Deno.test("defineTool() shows a tool without input as one that takes no arguments", () => {
  const tool = defineTool(GOOD);
  assertEquals(tool.definition, {
    name: "good",
    description: "Does good.",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
  });
  assertEquals(tool.input.check({}).ok, true);
  assertEquals(tool.input.check({ a: 1 }), {
    ok: false,
    pointer: "/a",
    detail: "is not a known property",
  });
});

Deno.test("defineTool() shows everything that MCP has a place for, and nothing else", () => {
  const tool = defineTool({
    ...GOOD,
    title: "Good",
    input: { type: "object", properties: { a: { type: "string" } } },
    output: { type: "object" },
    annotations: { title: "G", readOnlyHint: true, openWorldHint: false },
    icons: [{ src: "https://example.com/i.png", sizes: ["16x16"] }, { src: "data:image/png," }],
    timeout: "1m",
    isolation: "inline",
    permissions: { net: ["example.com"], read: [] },
    handler: () => ({}),
  });
  assertEquals(tool.definition, {
    name: "good",
    title: "Good",
    description: "Does good.",
    inputSchema: { type: "object", properties: { a: { type: "string" } } },
    outputSchema: { type: "object" },
    annotations: { title: "G", readOnlyHint: true, openWorldHint: false },
    icons: [{ src: "https://example.com/i.png", sizes: ["16x16"] }, { src: "data:image/png," }],
  });
  assertEquals([tool.timeoutMs, tool.permissions], [60_000, { net: ["example.com"], read: [] }]);
});

Deno.test("defineTool() shows JSON Schema unchanged and zod's input side before its defaults", () => {
  const schema = { type: "object", $defs: { a: { $anchor: "a" } }, "x-more": [1] } as const;
  assertEquals(defineTool({ ...GOOD, input: schema }).definition.inputSchema, schema);
  const input = z.object({ a: z.number().default(1) });
  const { inputSchema } = defineTool({ ...GOOD, input }).definition as Record<string, unknown>;
  assertEquals((inputSchema as { required?: unknown }).required, undefined);
  assertEquals((inputSchema as { type?: unknown }).type, "object");
});

const NAMES: readonly string[] = ["a", "A-Z_0.9", "x".repeat(127), "x".repeat(128), "__proto__"];

for (const name of NAMES) {
  Deno.test(`defineTool() takes the name ${name.slice(0, 20)} of ${name.length} characters`, () => {
    assertEquals(define({ ...GOOD, name }).name, name);
  });
}

// deno-fmt-ignore: one line a kind.
const NO_NAMES: readonly unknown[] = [
  "", "a b", "a/b", "ä", "a\n", "😀", "x".repeat(129), undefined, null, 7, ["a"],
];

for (const name of NO_NAMES) {
  const shown = String(JSON.stringify(name)).slice(0, 20);
  Deno.test(`defineTool() refuses the name ${shown} and says what is expected`, () => {
    const error = assertThrows(() => define({ ...GOOD, name }), GomcpError, "1 to 128 of A-Z");
    assertEquals(error.code, "invalid_request");
    assert(error.message.length < 300);
  });
}

Deno.test("defineTool() refuses what is no object at all", () => {
  for (const options of [undefined, null, "tool", [], 7]) {
    assertThrows(() => define(options), GomcpError, "Cannot define tool: its name is undefined");
  }
});

const BAD: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ colour: 1 }, '"colour" is not a known option'],
  [{ inputSchema: {} }, '"inputSchema" is not a known option'],
  [{ description: undefined }, "its description is missing"],
  [{ description: "" }, "its description is missing"],
  [{ description: " \n" }, "its description is missing"],
  [{ description: 7 }, "its description is missing"],
  [{ title: 7 }, "its title is no string"],
  [{ title: null }, "its title is no string"],
  [{ handler: undefined }, "its handler is undefined, expected function"],
  [{ handler: {} }, "its handler is object, expected function"],
  [{ handler: null }, "its handler is null, expected function"],
  [{ isolation: "host" }, 'its isolation is "host", expected "inline" or "process"'],
  [{ annotations: [] }, "its annotations are no object"],
  [{ annotations: "x" }, "its annotations are no object"],
  [{ annotations: { readonly: true } }, 'annotation "readonly" is not one of title, readOnlyHint'],
  [{ annotations: { readOnlyHint: "yes" } }, 'annotation "readOnlyHint" is no boolean'],
  [{ annotations: { title: true } }, 'annotation "title" is no string'],
  [{ icons: {} }, "its icons are no array"],
  [{ icons: [null] }, 'an icon needs a "src"'],
  [{ icons: [{}] }, 'an icon needs a "src"'],
  [{ icons: [{ src: "http://example.com/i.png" }] }, "https: or data: URI"],
  [{ icons: [{ src: "javascript:alert(1)" }] }, "https: or data: URI"],
  [{ icons: [{ src: "data:," }, { src: "i.png" }] }, "https: or data: URI"],
  [{ permissions: [] }, "its permissions are no object"],
  [{ permissions: { ffi: [] } }, 'permission "ffi" is not one of net, read, write, env, run, sys'],
  [{ permissions: { net: true } }, 'permission "net" is no list of strings'],
  [{ permissions: { net: [1] } }, 'permission "net" is no list of strings'],
  [{ timeout: 30 }, 'its timeout is number, expected "30s"'],
  [{ timeout: null }, 'its timeout is null, expected "30s"'],
  [{ timeout: "soon" }, 'Cannot read duration "soon"'],
  [{ timeout: "" }, 'Cannot read duration ""'],
  [{ timeout: "0s" }, 'its timeout "0s" is not in 1ms to 24h'],
  [{ timeout: "24h1ms" }, 'its timeout "24h1ms" is not in 1ms to 24h'],
  [{ input: "string" }, "its input schema is neither a zod 4 schema nor a JSON Schema object"],
  [{ input: [] }, "its input schema is neither"],
  [{ output: 7 }, "its output schema is neither"],
  [{ input: { parse: () => 0 } }, "its input schema is neither"],
  [{ input: { type: "array" } }, 'its input schema has the type "array", expected "object"'],
  [{ input: { type: ["object", "null"] } }, 'the type ["object","null"], expected "object"'],
  [{ input: {} }, 'its input schema has the type undefined, expected "object"'],
  [{ input: z.string() }, 'its input schema has the type "string", expected "object"'],
  [{ input: z.object({ at: z.date() }) }, "its input schema cannot be shown as JSON Schema"],
  [{ output: z.object({ at: z.date() }) }, "its output schema cannot be shown as JSON Schema"],
  [{ input: { type: "object", properties: { a: { type: "strng" } } } }, "its schema is invalid"],
  [{ input: { type: "object", default: 1n } }, "its schema is invalid"],
  [{ icons: [{ src: "data:,", more: 1n }] }, "JSON"],
  [{ icons: [{ src: "data:,", sizes: "48x48" }] }, "sizes are no list of strings"],
  [{ icons: [{ src: "data:,", sizes: [48] }] }, "sizes are no list of strings"],
  [{ icons: [{ src: "data:,", theme: "dim" }] }, 'theme is not "light" or "dark"'],
  [{ icons: [{ src: "data:,", mimeType: 7 }] }, "mimeType is number, expected string"],
];

for (const [options, what] of BAD) {
  const shown = Object.keys(options)[0];
  Deno.test(`defineTool() names the tool and its fault: ${shown}: ${what}`, () => {
    const error = assertThrows(() => define({ ...GOOD, ...options }), GomcpError);
    assertEquals(error.code, "invalid_request");
    assert(error.message.startsWith('Cannot define tool "good": '), error.message);
    assertStringIncludes(error.message, what);
  });
}

Deno.test("defineTool() takes deadlines from 1 ms to 24 h", () => {
  assertEquals(define({ ...GOOD, timeout: "1ms" }).timeoutMs, 1);
  assertEquals(define({ ...GOOD, timeout: "24h" }).timeoutMs, LIMITS.timeoutMsMax);
});

Deno.test("defineTool() takes a definition up to its limit in bytes, and none above", () => {
  const bytes = JSON.stringify(define({ ...GOOD, description: "x" }).definition).length;
  const fits = LIMITS.toolDefinitionBytesMax - bytes + 1;
  define({ ...GOOD, description: "x".repeat(fits - 1) });
  define({ ...GOOD, description: "x".repeat(fits) });
  const error = assertThrows(
    () => define({ ...GOOD, description: "x".repeat(fits + 1) }),
    GomcpError,
    `has ${LIMITS.toolDefinitionBytesMax + 1} bytes`,
  );
  assertStringIncludes(error.message, 'Cannot define tool "good"');
  // Two bytes a character.
  assertThrows(() => define({ ...GOOD, description: "ü".repeat(fits / 2 + 1) }), GomcpError);
});

Deno.test("defineTool() types the arguments of a handler by its zod schema", () => {
  defineTool({
    ...GOOD,
    input: z.object({ a: z.number(), b: z.string().default("x"), c: z.boolean().optional() }),
    handler: ({ a, b, c }) => {
      const number: number = a;
      const text: string = b;
      const flag: boolean | undefined = c;
      // @ts-expect-error -- a number is no string
      const wrong: string = a;
      return `${number}${text}${flag}${wrong}`;
    },
  });
});

Deno.test("defineTool() lets a handler of a JSON Schema look at its arguments, as unknown", () => {
  defineTool({
    ...GOOD,
    input: { type: "object", properties: { a: { type: "number" } } },
    handler: ({ a }) => {
      // @ts-expect-error -- the compiler does not read JSON Schemas
      const wrong: number = a;
      return `${wrong}`;
    },
  });
});

Deno.test("defineTool() types what a handler returns by its output schema", () => {
  const output = z.object({ sum: z.number(), more: z.string().default("x") });
  defineTool({ ...GOOD, output, handler: () => ({ sum: 1 }) });
  defineTool({ ...GOOD, output, handler: () => Promise.resolve({ sum: 1, more: "y" }) });
  defineTool({ ...GOOD, output, handler: () => ({ content: [], isError: true }) });
  // @ts-expect-error -- the sum is no number
  defineTool({ ...GOOD, output, handler: () => ({ sum: "1" }) });
  // @ts-expect-error -- with an output schema, text alone is no result
  defineTool({ ...GOOD, output, handler: () => "1" });
});

Deno.test("defineTool() lets a handler without an output schema return what MCP has", () => {
  defineTool({ ...GOOD, handler: () => "text" });
  defineTool({ ...GOOD, handler: () => [{ type: "text", text: "a" }] });
  defineTool({ ...GOOD, handler: () => ({ any: "object" }) });
  defineTool({ ...GOOD, handler: () => Promise.resolve({ content: [] }) });
  // @ts-expect-error -- a number is no result
  defineTool({ ...GOOD, handler: () => 7 });
  // @ts-expect-error -- nothing is no result
  defineTool({ ...GOOD, handler: () => {} });
});
