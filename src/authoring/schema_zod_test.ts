/** zod schemas: what is shown of them, and where they find the first fault. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { compileZod, isZodSchema } from "./schema_zod.ts";

function fault(schema: z.ZodType, value: unknown) {
  const check = compileZod(schema, "input").check(value);
  assert(!check.ok);
  return [check.pointer, check.detail];
}

Deno.test("isZodSchema() knows zod 4 and nothing else", () => {
  for (const schema of [z.object({}), z.string(), z.any()]) assertEquals(isZodSchema(schema), true);
  const zod3 = { parse: () => 0, _def: {} };
  for (const other of [zod3, { type: "object" }, null, undefined, "x", () => 0]) {
    assertEquals(isZodSchema(other), false);
  }
});

Deno.test("compileZod() gives what the schema makes of a value: defaults, transforms, no unknown keys", () => {
  const schema = z.object({ a: z.number().default(1), b: z.string().trim() });
  assertEquals(compileZod(schema, "input").check({ b: " x ", c: 1 }), {
    ok: true,
    value: { a: 1, b: "x" },
  });
});

const FAULTS: readonly (readonly [z.ZodType, unknown, string])[] = [
  [z.object({}), "hunter2", ""],
  [z.object({}), null, ""],
  [z.object({}), [], ""],
  [z.object({ a: z.number() }), {}, "/a"],
  [z.object({ a: z.number() }), { a: "hunter2" }, "/a"],
  [z.object({ a: z.array(z.object({ b: z.string() })) }), { a: [{ b: "" }, { b: 1 }] }, "/a/1/b"],
  [z.object({ "a/b~c": z.number() }), { "a/b~c": "hunter2" }, "/a~1b~0c"],
  [z.object({ a: z.string().min(3) }), { a: "hu" }, "/a"],
  [z.object({ a: z.email() }), { a: "hunter2" }, "/a"],
  [z.object({ a: z.enum(["x", "y"]) }), { a: "hunter2" }, "/a"],
  [z.object({ a: z.literal("x") }), { a: "hunter2" }, "/a"],
  [z.object({ a: z.string().regex(/^x$/) }), { a: "hunter2" }, "/a"],
  [z.object({ a: z.union([z.number(), z.boolean()]) }), { a: "hunter2" }, "/a"],
  [z.record(z.string(), z.number()), { a: "hunter2" }, "/a"],
  [z.object({ a: z.number() }), { a: "hunter2", b: "hunter2" }, "/a"],
];

for (const [schema, value, pointer] of FAULTS) {
  Deno.test(`compileZod() finds the fault of ${JSON.stringify(value)} at "${pointer}" and does not show it`, () => {
    const [where, what] = fault(schema, value);
    assertEquals(where, pointer);
    assert(what !== undefined && what.length > 0);
    assertEquals(what.includes("hunter2"), false);
  });
}

Deno.test("compileZod() tells of the first fault only", () => {
  const schema = z.object({ a: z.number(), b: z.number() });
  assertEquals(fault(schema, { a: "", b: "" })[0], "/a");
});

Deno.test("compileZod() shows on the input side what may be sent, on the output side what may come", () => {
  const schema = z.object({ a: z.number().default(1) });
  assertEquals(compileZod(schema, "input").json.required, undefined);
  assertEquals(compileZod(schema, "output").json.required, ["a"]);
  const { $schema, type } = compileZod(schema, "input").json;
  assertEquals([$schema, type], ["https://json-schema.org/draft/2020-12/schema", "object"]);
});

Deno.test("compileZod() shows nothing that is not JSON", () => {
  const { json } = compileZod(z.object({ a: z.string().describe("An a.") }), "input");
  assertEquals(JSON.parse(JSON.stringify(json)), json);
  assertEquals("~standard" in json, false);
});

Deno.test("compileZod() refuses what JSON Schema cannot say, naming the side", () => {
  for (const side of ["input", "output"] as const) {
    const error = assertThrows(
      () => compileZod(z.object({ a: z.bigint() }), side),
      GomcpError,
      `its ${side} schema cannot be shown as JSON Schema`,
    );
    assertEquals(error.code, "invalid_request");
  }
});

Deno.test("compileZod() names a check that is asynchronous, since it cannot wait for it", () => {
  const schema = compileZod(
    z.object({ a: z.string().refine(() => Promise.resolve(true)) }),
    "input",
  );
  const error = assertThrows(() => schema.check({ a: "x" }), GomcpError);
  assertEquals(error.code, "tool_error");
  assert(error.message.includes("asynchronous"));
});

Deno.test("compileZod() refuses a value that is too deep for the schema to follow", () => {
  const tree: z.ZodType = z.object({ next: z.lazy(() => tree).optional() });
  const { check } = compileZod(tree, "input");
  let value = {};
  for (let depth = 0; depth < 100_000; depth++) value = { next: value };
  const checked = check(value);
  assertEquals(checked, { ok: false, pointer: "", detail: "is nested too deep to be checked" });
});
