/** What changes of definitions mean to callers: a table of them. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { isSameJson } from "./canonical_json.ts";
import { diffDefinition } from "./diff_definition.ts";

type Schema = Record<string, unknown>;

const input = (schema: Schema) => ({ name: "t", inputSchema: { type: "object", ...schema } });
const argument = (schema: unknown, more: Schema = {}) =>
  input({ properties: { a: schema }, ...more });
const result = (schema: unknown) => ({
  name: "t",
  outputSchema: { type: "object", properties: { a: schema } },
});
const A = "/inputSchema/properties/a";
const R = "/outputSchema/properties/a";

const CHANGES: readonly (readonly [string, Schema, Schema, readonly string[]])[] = [
  ["nothing", argument({ type: "string" }), argument({ type: "string" }), []],
  ["order of keys", { name: "t", title: "T" }, { title: "T", name: "t" }, []],
  ["description", { description: "a" }, { description: "b" }, ["review /description"]],
  ["a hint", { annotations: { readOnlyHint: true } }, { annotations: {} }, [
    "review /annotations/readOnlyHint",
  ]],
  ["required argument", argument({}), argument({}, { required: ["a"] }), [`required ${A}`]],
  ["new required argument", input({}), argument({}, { required: ["a"] }), [`required ${A}`]],
  ["no longer required", argument({}, { required: ["a"] }), argument({}), [`compatible ${A}`]],
  ["new optional argument", input({}), argument({}), [`compatible ${A}`]],
  ["argument gone", argument({}), input({ properties: {} }), [`breaking ${A}`]],
  ["other type", argument({ type: "string" }), argument({ type: "number" }), [
    `breaking ${A}/type`,
    `compatible ${A}/type`,
  ]],
  ["integer to number", argument({ type: "integer" }), argument({ type: "number" }), [
    `compatible ${A}/type`,
  ]],
  ["number to integer", argument({ type: "number" }), argument({ type: "integer" }), [
    `breaking ${A}/type`,
  ]],
  ["type where there was none", argument({}), argument({ type: "string" }), [`breaking ${A}/type`]],
  ["enum value gone", argument({ enum: ["a", "b"] }), argument({ enum: ["a"] }), [
    `breaking ${A}/enum`,
  ]],
  ["enum value new", argument({ enum: ["a"] }), argument({ enum: ["a", "b"] }), [
    `compatible ${A}/enum`,
  ]],
  ["enum new", argument({}), argument({ enum: ["a"] }), [`breaking ${A}/enum`]],
  ["maxLength new", argument({}), argument({ maxLength: 5 }), [`breaking ${A}/maxLength`]],
  ["maxLength larger", argument({ maxLength: 5 }), argument({ maxLength: 6 }), [
    `compatible ${A}/maxLength`,
  ]],
  ["minimum larger", argument({ minimum: 1 }), argument({ minimum: 2 }), [`breaking ${A}/minimum`]],
  ["minimum gone", argument({ minimum: 1 }), argument({}), [`compatible ${A}/minimum`]],
  ["pattern new", argument({}), argument({ pattern: "a" }), [`breaking ${A}/pattern`]],
  ["pattern other", argument({ pattern: "a" }), argument({ pattern: "b" }), [
    `breaking ${A}/pattern`,
  ]],
  ["not new", argument({}), argument({ not: { const: "x" } }), [`breaking ${A}/not`]],
  ["not gone", argument({ not: { const: "x" } }), argument({}), [`compatible ${A}/not`]],
  ["then that nothing meets", argument({}), argument({ if: true, then: false }), [
    `breaking ${A}/if`,
    `breaking ${A}/then`,
  ]],
  [
    "arguments that want others",
    argument({}),
    argument({}, { dependentRequired: { a: ["b"] } }),
    ["breaking /inputSchema/dependentRequired"],
  ],
  [
    "values of keys of a form",
    argument({ patternProperties: { "^x": { type: "number" } } }),
    argument({ patternProperties: { "^x": { type: "integer" } } }),
    [`breaking ${A}/patternProperties/^x/type`],
  ],
  [
    "keys of a form new",
    argument({}),
    argument({ patternProperties: { "^x": { type: "null" } } }),
    [
      `breaking ${A}/patternProperties/^x`,
    ],
  ],
  ["closed", input({}), input({ additionalProperties: false }), [
    "breaking /inputSchema/additionalProperties",
  ]],
  [
    "items narrowed",
    argument({ items: { type: "number" } }),
    argument({ items: { type: "integer" } }),
    [
      `breaking ${A}/items/type`,
    ],
  ],
  ["alternative gone", argument({ anyOf: [{}, { type: "null" }] }), argument({ anyOf: [{}] }), [
    `breaking ${A}/anyOf`,
  ]],
  ["alternative new", argument({ anyOf: [{}] }), argument({ anyOf: [{}, { type: "null" }] }), [
    `compatible ${A}/anyOf`,
  ]],
  ["condition new", argument({}), argument({ allOf: [{ minLength: 1 }] }), [`breaking ${A}/allOf`]],
  ["default", argument({ default: 1 }), argument({ default: 2 }), [`review ${A}/default`]],
  ["not compared", argument({}), argument({ contentSchema: {} }), [`review ${A}/contentSchema`]],
  ["result widened", result({ type: "string" }), result({ type: ["string", "null"] }), [
    `breaking ${R}/type`,
  ]],
  ["result narrowed", result({ type: ["string", "null"] }), result({ type: "string" }), [
    `compatible ${R}/type`,
  ]],
  ["result's property gone", result({}), { name: "t", outputSchema: { type: "object" } }, [
    `breaking ${R}`,
  ]],
  ["output schema gone", result({}), { name: "t" }, ["breaking /outputSchema"]],
  [
    "behind a reference",
    argument({ $ref: "#/$defs/d" }, { $defs: { d: { type: "string" } } }),
    argument({ $ref: "#/$defs/d" }, { $defs: { d: { type: "number" } } }),
    [`breaking ${A}/type`, `compatible ${A}/type`],
  ],
];

for (const [what, before, after, expected] of CHANGES) {
  Deno.test(`diffDefinition(): ${what}`, () => {
    const found = diffDefinition(before, after).map(({ kind, pointer }) => `${kind} ${pointer}`);
    assertEquals(found, expected);
  });
}

Deno.test("diffDefinition() finds something for whatever differs, and nothing for what is equal", () => {
  const schema = fc.letrec((tie) => ({
    schema: fc.record({
      type: fc.constantFrom("string", "number", "integer", "object", "array"),
      description: fc.constantFrom("a", "b"),
      enum: fc.array(fc.constantFrom("a", "b", 1), { maxLength: 3 }),
      minLength: fc.nat(3),
      required: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
      properties: fc.dictionary(fc.constantFrom("a", "b"), tie("schema") as fc.Arbitrary<unknown>, {
        maxKeys: 2,
      }),
      items: tie("schema") as fc.Arbitrary<unknown>,
    }, { requiredKeys: [] }),
  })).schema;
  fc.assert(fc.property(schema, schema, (before, after) => {
    const changes = diffDefinition({ inputSchema: before }, { inputSchema: after });
    if (isSameJson(before, after)) assertEquals(changes, []);
    else if (changes.length === 0) throw new Error(JSON.stringify([before, after]));
  }));
});
