/** What handlers return, and what becomes of it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import * as z from "zod";
import { LIMITS } from "../base/limits.ts";
import { membersOf, type Outcome } from "../pipeline/outcome.ts";
import type { ToolResult } from "../protocol/content.ts";
import { defineTool } from "./define_tool.ts";
import { compileJsonSchema } from "../authoring/schema_json.ts";
import type { SchemaSource } from "../authoring/schema.ts";
import { thrownOutcome, toOutcome } from "./result.ts";
import type { Tool, ToolOptions } from "./tool.ts";

function toolOf(output?: SchemaSource): Tool {
  const options = { name: "t", description: "Returns.", output, handler: () => "" };
  return defineTool(options as unknown as ToolOptions);
}

const PLAIN = toolOf();

/** The result as it goes over the wire. */
function wireOf(outcome: Outcome): Record<string, unknown> {
  assert(outcome.kind === "result");
  return JSON.parse(`{${membersOf(outcome)}}`);
}

function resultOf(outcome: Outcome): ToolResult {
  assert(outcome.kind === "result");
  return outcome.result;
}

/** The words of a result that says that the tool failed. */
function failureOf(outcome: Outcome): string {
  const { isError, content } = resultOf(outcome);
  assertEquals(isError, true);
  const [block] = content;
  assert(block?.type === "text");
  return block.text;
}

Deno.test("toOutcome() makes a text block of a string", () => {
  for (const text of ["hello", "", '"quoted"\n', "ü😀\u2028"]) {
    assertEquals(wireOf(toOutcome(PLAIN, text)), { content: [{ type: "text", text }] });
  }
});

Deno.test("toOutcome() takes content blocks as they are", () => {
  const blocks = [{ type: "text", text: "a" }, { type: "image", data: "AA==", mimeType: "x/y" }];
  assertEquals(wireOf(toOutcome(PLAIN, blocks)), { content: blocks });
  assertEquals(wireOf(toOutcome(PLAIN, [])), { content: [] });
});

Deno.test("toOutcome() makes structured content of an object, and text of it for older clients", () => {
  assertEquals(wireOf(toOutcome(PLAIN, { a: [1, null] })), {
    content: [{ type: "text", text: '{"a":[1,null]}' }],
    structuredContent: { a: [1, null] },
  });
  assertEquals(wireOf(toOutcome(PLAIN, {})).structuredContent, {});
});

Deno.test("toOutcome() takes a full result as it is, its metadata too", () => {
  const result = {
    content: [{ type: "text", text: "a" }],
    structuredContent: [1],
    isError: true,
    _meta: { "a/b": 1 },
  } as const;
  const outcome = toOutcome(PLAIN, result);
  assertEquals(resultOf(outcome), result);
  const { _meta, ...members } = result;
  assertEquals(wireOf(outcome), members);
});

Deno.test("toOutcome() takes an object with content and other keys for structured content", () => {
  const value = { content: [{ type: "text", text: "a" }], more: 1 };
  assertEquals(wireOf(toOutcome(PLAIN, value)).structuredContent, value);
});

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

const hostile = {
  toJSON: () => {
    throw new Error("planted");
  },
};

const getter = {
  get a() {
    throw new Error("planted");
  },
};

const BROKEN: readonly (readonly [string, unknown, string])[] = [
  ["undefined", undefined, "returned undefined, expected a string, content blocks"],
  ["null", null, "returned null, expected a string"],
  ["a number", 7, "returned number, expected a string"],
  ["a boolean", true, "returned boolean, expected a string"],
  ["a function", () => 0, "returned function, expected a string"],
  ["a symbol", Symbol("s"), "returned symbol, expected a string"],
  ["a BigInt", 1n, "returned bigint, expected a string"],
  ["a cycle", cycle, "returned what cannot be sent as JSON"],
  ["a BigInt within", { n: 1n }, "what cannot be sent as JSON"],
  ["a hostile toJSON", hostile, "what cannot be sent as JSON: planted"],
  ["a hostile getter", getter, "what cannot be sent as JSON: planted"],
  ["a toJSON that gives nothing", { toJSON: () => undefined }, "returned object, expected a JSON"],
  ["an array of no blocks", [1], "/content/0 is number, expected a content block"],
  ["a faulty second block", [{ type: "text", text: "" }, {}], "/content/1/type is undefined"],
  ["a full result with a faulty block", { content: [{ type: "text" }] }, "/content/0/text is un"],
  ["a sparse array", new Array(1), "/content/0 is undefined, expected a content block"],
  ["isError that is no boolean", { content: [], isError: "yes" }, "/isError is string, expected"],
  ["isError that is null", { content: [], isError: null }, "/isError is null, expected boolean"],
  ["metadata that is no object", { content: [], _meta: [] }, "/_meta is array, expected object"],
  ["metadata with a cycle", { content: [], _meta: cycle }, "what cannot be sent as JSON"],
  ["a BigInt in a block", [{ type: "text", text: "", _meta: { n: 1n } }], "cannot be sent as JSON"],
  ["a proxy that throws", new Proxy({}, { ownKeys: hostile.toJSON }), "cannot be sent as JSON"],
];

for (const [what, returned, words] of BROKEN) {
  Deno.test(`toOutcome() makes a tool error of ${what}`, () => {
    const text = failureOf(toOutcome(PLAIN, returned));
    assertStringIncludes(text, words);
    assert(text.startsWith('Tool "t" returned '));
  });
}

Deno.test("toOutcome() never throws, and what it gives can be sent", () => {
  const outputs = [PLAIN, toolOf({ type: "object" }), toolOf(z.object({ a: z.number() }))];
  const returned = fc.anything({
    withBigInt: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  fc.assert(fc.property(fc.constantFrom(...outputs), returned, (tool, value) => {
    const { content } = wireOf(toOutcome(tool, value));
    assert(Array.isArray(content));
  }));
});

Deno.test("toOutcome() sends as structured content what legacy clients take: JSON of the object", () => {
  // A Date is an object for a program, but a string on the wire.
  const outcome = toOutcome(PLAIN, new Date(0));
  const result = resultOf(outcome);
  if (result.isError === true) return;
  assertEquals(result.structuredContent, wireOf(outcome).structuredContent);
});

const SUM = z.object({ sum: z.number(), unit: z.string().default("m") });
const SUM_JSON = {
  type: "object",
  properties: { sum: { type: "number" } },
  required: ["sum"],
  additionalProperties: false,
};

Deno.test("toOutcome() lets structured content pass that its output schema takes", () => {
  for (const output of [SUM, SUM_JSON]) {
    const outcome = toOutcome(toolOf(output), { sum: 3 });
    assertEquals(resultOf(outcome).isError, undefined);
    assertEquals((wireOf(outcome).structuredContent as { sum: number }).sum, 3);
  }
});

Deno.test("toOutcome() refuses structured content that its output schema refuses, and says where", () => {
  for (const output of [SUM, SUM_JSON]) {
    const text = failureOf(toOutcome(toolOf(output), { sum: "hunter2" }));
    assertStringIncludes(text, 'structured content that its output schema refuses at "/sum": ');
    assertEquals(text.includes("hunter2"), false);
  }
  const text = failureOf(toOutcome(toolOf(SUM_JSON), []));
  assertStringIncludes(text, "its output schema refuses: must be object");
});

Deno.test("toOutcome() sends what the shown output schema promises: defaults, no other keys", () => {
  // Clients check structured content against the schema that tools/list showed them.
  const tool = toolOf(SUM);
  const shown = compileJsonSchema(tool.definition.outputSchema as Record<string, unknown>);
  for (const returned of [{ sum: 3 }, { sum: 3, unit: "km", secret: "hunter2" }]) {
    const { structuredContent, content } = wireOf(toOutcome(tool, returned));
    assertEquals(shown.check(structuredContent), { ok: true, value: structuredContent });
    const [block] = content as { text: string }[];
    assertEquals(JSON.parse(block!.text), structuredContent);
  }
});

Deno.test("toOutcome() misses structured content where there is an output schema", () => {
  const text = failureOf(toOutcome(toolOf(SUM_JSON), { content: [] }));
  assertStringIncludes(text, "no structured content for its output schema");
});

Deno.test("toOutcome() checks the structured content of a full result", () => {
  const result = (sum: unknown) => ({ content: [], structuredContent: { sum } });
  assertEquals(wireOf(toOutcome(toolOf(SUM_JSON), result(3))).structuredContent, { sum: 3 });
  failureOf(toOutcome(toolOf(SUM_JSON), result("3")));
});

Deno.test("toOutcome() wants no structured content of a result that says it is an error", () => {
  for (const structuredContent of [undefined, { other: 1 }]) {
    const result = { content: [{ type: "text", text: "no" }], isError: true, structuredContent };
    assertEquals(failureOf(toOutcome(toolOf(SUM_JSON), result)), "no");
  }
});

Deno.test("toOutcome() takes any JSON value where the output schema does", () => {
  const any = toolOf({});
  for (const value of [null, false, 0, "text", [1, "a"]]) {
    assertEquals(wireOf(toOutcome(any, value)).structuredContent, value);
  }
  failureOf(toOutcome(any, undefined));
});

const MAX = LIMITS.resultBytesMax;

for (const [chars, fits] of [[MAX - 1, true], [MAX, true], [MAX + 1, false]] as const) {
  Deno.test(`toOutcome() ${fits ? "takes" : "refuses"} a text of ${chars - MAX} characters over its limit`, () => {
    const outcome = toOutcome(PLAIN, "x".repeat(chars));
    assertEquals(resultOf(outcome).isError, fits ? undefined : true);
    if (!fits) assertStringIncludes(failureOf(outcome), `expected at most ${MAX}`);
  });
}

for (const more of [-1, 0, 1]) {
  Deno.test(`toOutcome() measures other results by their JSON: ${more} over the limit`, () => {
    const block = (data: string) => [{ type: "image", data, mimeType: "x/y" }];
    const empty = membersOf(toOutcome(PLAIN, block("")) as Extract<Outcome, { kind: "result" }>);
    const outcome = toOutcome(PLAIN, block("A".repeat(MAX - empty.length + more)));
    assertEquals(resultOf(outcome).isError, more > 0 ? true : undefined);
  });
}

Deno.test("toOutcome() measures a text by what it comes to on the wire", () => {
  // Six bytes a character: below the limit in memory, far above it as JSON.
  const outcome = toOutcome(PLAIN, "\0".repeat(MAX / 2));
  assert(resultOf(outcome).isError);
});

Deno.test("toOutcome() measures metadata too", () => {
  const outcome = toOutcome(PLAIN, { content: [], _meta: { a: "x".repeat(MAX + 1) } });
  assert(resultOf(outcome).isError);
});

Deno.test("thrownOutcome() gives the model the tool's own words", () => {
  assertEquals(
    failureOf(thrownOutcome(PLAIN, new Error("no such file"))),
    'Tool "t" failed: no such file',
  );
  assertEquals(failureOf(thrownOutcome(PLAIN, "no")), 'Tool "t" failed: no');
  for (const thrown of [undefined, null, { a: 1 }, Symbol("s"), 1n]) {
    assert(failureOf(thrownOutcome(PLAIN, thrown)).startsWith('Tool "t" failed: '));
  }
});
