/** JSON Schemas: dialect, references, and where they find the first fault. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import type { JsonSchema } from "./compiled_schema.ts";
import { compileJsonSchema } from "./schema_json.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

function properties(properties: Record<string, unknown>, more: JsonSchema = {}): JsonSchema {
  return { type: "object", properties, ...more };
}

const FAULTS: readonly (readonly [string, JsonSchema, unknown, string, string])[] = [
  ["another type", { type: "object" }, "hunter2", "", "must be object"],
  ["another type within", properties({ a: { type: "number" } }), { a: "hunter2" }, "/a", "number"],
  [
    "deeper",
    properties({ a: { type: "array", items: properties({ b: { type: "string" } }) } }),
    { a: [{ b: "" }, { b: 1 }] },
    "/a/1/b",
    "must be string",
  ],
  [
    "an escaped key",
    properties({ "a/b~c": { type: "number" } }),
    { "a/b~c": "hunter2" },
    "/a~1b~0c",
    "must be number",
  ],
  ["a missing key", properties({}, { required: ["a"] }), {}, "/a", "is missing"],
  [
    "an unknown key",
    properties({ a: {} }, { additionalProperties: false }),
    { "x/y": "hunter2" },
    "/x~1y",
    "is not a known property",
  ],
  [
    "an unknown key within",
    properties({ a: properties({}, { additionalProperties: false }) }),
    { a: { b: "hunter2" } },
    "/a/b",
    "is not a known property",
  ],
  [
    "a value of an enumeration",
    properties({ a: { enum: ["x", 1] } }),
    { a: "hunter2" },
    "/a",
    '["x",1]',
  ],
  ["a constant", properties({ a: { const: "x" } }), { a: "hunter2" }, "/a", "constant"],
  ["a pattern", properties({ a: { pattern: "^x$" } }), { a: "hunter2" }, "/a", "^x$"],
  ["a format", properties({ a: { format: "email" } }), { a: "hunter2" }, "/a", "email"],
  ["a length", properties({ a: { maxLength: 3 } }), { a: "hunter2" }, "/a", "3"],
  ["a bound", properties({ a: { maximum: 3 } }), { a: 31337 }, "/a", "3"],
  ["a choice", { anyOf: [{ type: "number" }, { type: "null" }] }, "hunter2", "", "number"],
  ["uneven", properties({ a: { multipleOf: 2 } }), { a: 31337 }, "/a", "2"],
];

for (const [what, schema, value, pointer, part] of FAULTS) {
  Deno.test(`compileJsonSchema() finds ${what} at "${pointer}" and does not show the value`, () => {
    const check = compileJsonSchema(schema).check(value);
    assert(!check.ok);
    assertEquals(check.pointer, pointer);
    assertStringIncludes(check.detail, part);
    assertEquals(/hunter2|31337/.test(check.detail), false);
  });
}

Deno.test("compileJsonSchema() gives back the very value that it lets pass", () => {
  const value = { a: 1, more: [] };
  const check = compileJsonSchema(properties({ a: { type: "number", default: 7 } })).check(value);
  assert(check.ok && check.value === value);
});

Deno.test("compileJsonSchema() lists the values of a long enumeration only in part", () => {
  const values = Array.from({ length: 1_000 }, (_, i) => `value ${i}`);
  const check = compileJsonSchema({ enum: values }).check("hunter2");
  assert(!check.ok && check.detail.length < 300);
});

Deno.test("compileJsonSchema() lets a second check follow a failed one", () => {
  const schema = compileJsonSchema(properties({ a: { type: "number" } }));
  assertEquals([{ a: 1 }, { a: "" }, { a: 2 }].map((value) => schema.check(value).ok), [
    true,
    false,
    true,
  ]);
});

Deno.test("compileJsonSchema() shows the schema as it was written", () => {
  const schema = properties({ a: { $comment: "kept" } }, { "x-mine": true });
  assertEquals(compileJsonSchema(schema).json, schema);
});

for (const $schema of [undefined, DIALECT, DIALECT + "#"]) {
  Deno.test(`compileJsonSchema() takes a schema of the dialect ${$schema}`, () => {
    const schema = $schema === undefined ? { type: "object" } : { $schema, type: "object" };
    assertEquals(compileJsonSchema(schema).check({}).ok, true);
  });
}

const DIALECTS = [
  "http://json-schema.org/draft-07/schema#",
  "https://json-schema.org/draft/2019-09/schema",
  "https://example.com/mine",
  "",
  7,
];

for (const $schema of DIALECTS) {
  Deno.test(`compileJsonSchema() refuses a schema of the dialect ${JSON.stringify($schema)}`, () => {
    const error = assertThrows(
      () => compileJsonSchema({ $schema, type: "object" }),
      GomcpError,
      `its schema is of the dialect ${JSON.stringify($schema)}, expected "${DIALECT}"`,
    );
    assertEquals(error.code, "invalid_request");
  });
}

const LOCAL: readonly JsonSchema[] = [
  properties({ a: { $ref: "#/$defs/n" } }, { $defs: { n: { type: "number" } } }),
  properties({ a: { $ref: "#num" } }, { $defs: { n: { $anchor: "num", type: "number" } } }),
  {
    $id: "https://example.com/tree",
    ...properties({ a: { $ref: "number" } }, { $defs: { n: { $id: "number", type: "number" } } }),
  },
];

for (const schema of LOCAL) {
  Deno.test(`compileJsonSchema() resolves a reference within: ${JSON.stringify(schema)}`, () => {
    const { check } = compileJsonSchema(schema);
    assertEquals([check({ a: 1 }).ok, check({ a: "" }).ok], [true, false]);
  });
}

Deno.test("compileJsonSchema() resolves a schema that refers to itself", () => {
  const tree = { ...properties({ next: { $ref: "#" } }), required: ["value"] };
  const { check } = compileJsonSchema(tree);
  assertEquals(check({ value: 1, next: { value: 2 } }).ok, true);
  const faulty = check({ value: 1, next: {} });
  assertEquals(faulty.ok === false && faulty.pointer, "/next/value");
});

Deno.test("compileJsonSchema() lets each of two schemas refer to itself", () => {
  const tree = (key: string) => ({ ...properties({ next: { $ref: "#" } }), required: [key] });
  const [a, b] = [compileJsonSchema(tree("a")), compileJsonSchema(tree("b"))];
  assertEquals(a.check({ a: 1, next: { a: 1 } }).ok, true);
  assertEquals(a.check({ a: 1, next: { b: 1 } }).ok, false);
  assertEquals(b.check({ b: 1, next: { b: 1 } }).ok, true);
});

const REMOTE = [
  "https://example.com/schema.json",
  "http://127.0.0.1/schema.json",
  "file:///etc/passwd",
  "other.json",
  "#/$defs/missing",
  "#missing",
];

for (const $ref of REMOTE) {
  Deno.test(`compileJsonSchema() refuses the reference ${$ref} and fetches nothing`, () => {
    const error = assertThrows(
      () => compileJsonSchema(properties({ a: { $ref } })),
      GomcpError,
      "its schema is invalid",
    );
    assertEquals(error.code, "invalid_request");
  });
}

const INVALID: readonly JsonSchema[] = [
  { type: "strng" },
  { type: "object", properties: [] },
  { type: "object", required: "a" },
  { pattern: "(" },
  { type: "object", properties: { a: null } },
  { minimum: "1" },
];

for (const schema of INVALID) {
  Deno.test(`compileJsonSchema() refuses the schema ${JSON.stringify(schema)}`, () => {
    assertThrows(() => compileJsonSchema(schema), GomcpError, "its schema is invalid");
  });
}

Deno.test("compileJsonSchema() compiles two schemas of the same $id, each for itself", () => {
  const $id = "https://example.com/same";
  const first = compileJsonSchema({ $id, type: "object", required: ["a"] });
  const second = compileJsonSchema({ $id, type: "object", required: ["b"] });
  assertEquals([first.check({ a: 1 }).ok, first.check({ b: 1 }).ok], [true, false]);
  assertEquals([second.check({ a: 1 }).ok, second.check({ b: 1 }).ok], [false, true]);
});

Deno.test("compileJsonSchema() lets no schema refer to another tool's", () => {
  compileJsonSchema({ $id: "https://example.com/a", type: "object" });
  assertThrows(
    () => compileJsonSchema(properties({ a: { $ref: "https://example.com/a" } })),
    GomcpError,
  );
});

Deno.test("compileJsonSchema() takes unknown keywords for annotations, as 2020-12 has it", () => {
  assertEquals(compileJsonSchema({ type: "object", "x-mcp-header": "Region" }).check({}).ok, true);
});

const OBJECT = { type: "object" };
const VERDICTS: readonly (readonly [JsonSchema, unknown, boolean])[] = [
  // What all objects inherit is no property of any.
  [{ required: ["toString"] }, {}, false],
  [{ required: ["toString"] }, { toString: 1 }, true],
  [properties({ constructor: { type: "string" }, toString: { type: "string" } }), {}, true],
  [properties({ constructor: { type: "string" } }), { constructor: 7 }, false],
  [{ dependentRequired: { valueOf: ["a"] } }, {}, true],
  // Decimal fractions are multiples as on paper, not as binary ones.
  [{ multipleOf: 0.01 }, 19.99, true],
  [{ multipleOf: 0.01 }, 19.995, false],
  [{ multipleOf: 0.1 }, 0.3, true],
  [{ multipleOf: 0.1 }, -1.1, true],
  [{ multipleOf: 1e-7 }, 3e-7, true],
  [{ multipleOf: 1e-7 }, 3.00000001, false],
  [{ multipleOf: 3 }, 9, true],
  [{ multipleOf: 3 }, 10, false],
  [{ multipleOf: 2.5 }, 1e300, true],
  [{ multipleOf: 0.01 }, 0, true],
  [{ multipleOf: 0.01 }, "x", true],
  // Keywords of other dialects, and of the validator's own, are annotations.
  [properties({ a: { type: "string", nullable: true } }), { a: null }, false],
  [properties({ a: { nullable: true, minLength: 1 } }), { a: "x" }, true],
  [properties({ a: { type: ["null", "string"], nullable: false } }), { a: null }, true],
  [properties({ nullable: { type: "string" } }), { nullable: 7 }, false],
  [{ ...OBJECT, id: "https://example.com/a" }, {}, true],
  [properties({ id: { type: "string" } }), { id: 7 }, false],
  [{ enum: [{ nullable: true, id: "x" }] }, { nullable: true, id: "x" }, true],
  [{ ...OBJECT, $async: true }, 7, false],
  [{ items: { allOf: [{ type: "string", nullable: true }] } }, [null], false],
];

for (const [schema, value, ok] of VERDICTS) {
  const verb = ok ? "takes" : "refuses";
  Deno.test(`the schema ${JSON.stringify(schema)} ${verb} ${JSON.stringify(value)}`, () => {
    const written = structuredClone(schema);
    const { json, check } = compileJsonSchema(schema);
    assertEquals(check(value).ok, ok);
    assertEquals(json, written);
  });
}

for (const holder of ["items", "$defs"]) {
  Deno.test(`compileJsonSchema() refuses another dialect within ${holder}`, () => {
    const old = { $id: "https://example.com/old", $schema: DIALECTS[0], type: "string" };
    const schema = { [holder]: holder === "$defs" ? { old } : old };
    assertThrows(() => compileJsonSchema(schema), GomcpError, "its schema is of the dialect");
  });
}

Deno.test("compileJsonSchema() takes a property and data named $schema for what they are", () => {
  const data = { $schema: DIALECTS[0] };
  const schema = properties({ $schema: { type: "string" } }, { default: data, examples: [data] });
  assertEquals(compileJsonSchema(schema).check(data).ok, true);
});

Deno.test("compileJsonSchema() refuses a value that is too deep for the schema to follow", () => {
  const { check } = compileJsonSchema(properties({ next: { $ref: "#" } }));
  let value = {};
  for (let depth = 0; depth < 100_000; depth++) value = { next: value };
  const checked = check(value);
  assertEquals(checked, { ok: false, pointer: "", detail: "is nested too deep to be checked" });
  assertEquals(check({ next: {} }).ok, true);
});
