/** Sizes of schemas at their bounds, and checks that would not end. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { JsonSchema } from "./compiled_schema.ts";
import { checkSchemaBounds } from "./schema_bounds.ts";
import { compileJsonSchema } from "./schema_json.ts";

/** A schema of so many levels. */
function deep(levels: number): JsonSchema {
  let schema: JsonSchema = {};
  for (let level = 1; level < levels; level++) schema = { not: schema };
  return schema;
}

/** A schema of so many objects and arrays. */
function wide(nodes: number): JsonSchema {
  return { allOf: Array.from({ length: nodes - 2 }, () => ({})) };
}

Deno.test("checkSchemaBounds() takes what is at the bounds and nothing above", () => {
  checkSchemaBounds(deep(LIMITS.schemaDepthMax));
  checkSchemaBounds(wide(LIMITS.schemaNodesMax));
  const cases = [
    [deep(LIMITS.schemaDepthMax + 1), "its schema is deeper than 64 levels"],
    [deep(100_000), "its schema is deeper than 64 levels"],
    [wide(LIMITS.schemaNodesMax + 1), "its schema is of more than 10000 parts"],
  ] as const;
  for (const [schema, message] of cases) {
    const error = assertThrows(() => checkSchemaBounds(schema), GomcpError, message);
    assertEquals(error.code, "invalid_request");
  }
});

Deno.test("checkSchemaBounds() knows what may take long", () => {
  const quick = { type: "object", properties: { a: { type: "string", maxLength: 9 } } };
  assertEquals(checkSchemaBounds(quick), false);
  for (const part of [{ pattern: "a" }, { $ref: "#" }, { uniqueItems: true }, wide(300)]) {
    assertEquals(checkSchemaBounds({ type: "object", properties: { a: part } }), true);
  }
});

const ENDLESS: readonly (readonly [string, JsonSchema, unknown])[] = [
  ["a pattern that backtracks", { pattern: "^(([a-z])+.)+[A-Z]([a-z])+$" }, "a".repeat(60)],
  [
    "alternatives of alternatives",
    {
      $defs: { n: { type: "array", anyOf: [0, 1].map(() => ({ items: { $ref: "#/$defs/n" } })) } },
      $ref: "#/$defs/n",
    },
    JSON.parse("[".repeat(40) + "0" + "]".repeat(40)),
  ],
];

for (const [what, schema, value] of ENDLESS) {
  Deno.test(`compileJsonSchema() refuses a value whose check does not end: ${what}`, () => {
    const { check } = compileJsonSchema(schema);
    const checked = check(value);
    assert(!checked.ok);
    assertStringIncludes(checked.detail, "takes longer than 250 ms");
    assertEquals(check(typeof value === "string" ? "abCd" : []).ok, true);
  });
}
