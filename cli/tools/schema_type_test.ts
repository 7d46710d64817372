/** JSON Schema as TypeScript: each row a schema and its type; names of strangers stay names. */
import { assertEquals } from "@std/assert";
import { schemaType } from "./schema_type.ts";
import { typesOf } from "./types_of.ts";

const ROWS: readonly (readonly [unknown, string])[] = [
  [true, "unknown"],
  [{}, "unknown"],
  [false, "never"],
  [5, "unknown"],
  [{ type: "string", minLength: 3 }, "string"],
  [{ type: "integer" }, "number"],
  [{ type: ["string", "null"] }, "(string | null)"],
  [{ type: "date" }, "unknown"],
  [{ const: "a" }, '"a"'],
  [{ const: { a: [1] } }, '{ readonly "a": readonly [1]; }'],
  [{ enum: ["a", 1, null] }, '("a" | 1 | null)'],
  [{ type: "array", items: { type: "string" } }, "ReadonlyArray<string>"],
  [{ type: "array" }, "ReadonlyArray<unknown>"],
  [
    {
      type: "array",
      prefixItems: [{ type: "string" }, { type: "number" }],
      minItems: 1,
      items: false,
    },
    "readonly [string, (number)?]",
  ],
  [{ type: "object" }, "Readonly<Record<string, unknown>>"],
  [{ type: "object", additionalProperties: false }, "Readonly<Record<string, never>>"],
  [
    { type: "object", additionalProperties: { type: "number" } },
    "Readonly<Record<string, number>>",
  ],
  [
    { type: "object", properties: { a: { type: "string" }, b: {} }, required: ["a", "c"] },
    '{ readonly "a": string; readonly "b"?: unknown; readonly "c": unknown; }',
  ],
  [
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: true },
    '{ readonly "a"?: string; readonly [name: string]: unknown; }',
  ],
  [{ anyOf: [{ type: "string" }, { type: "number" }] }, "(string | number)"],
  [{ anyOf: [{ type: "string" }, {}] }, "unknown"],
  [{ allOf: [{ type: "string" }, {}] }, "string"],
  [
    { $ref: "#/$defs/x~1y", $defs: { "x/y": { type: "boolean" } } },
    "boolean",
  ],
  [{ $ref: "#/$defs/none" }, "unknown"],
  [{ $ref: "https://elsewhere/schema" }, "unknown"],
  [
    {
      $ref: "#/$defs/n",
      $defs: { n: { type: "object", properties: { n: { $ref: "#/$defs/n" } } } },
    },
    '{ readonly "n"?: unknown; }',
  ],
];
for (const [schema, type] of ROWS) {
  Deno.test(`schemaType() of ${JSON.stringify(schema)}`, () => {
    assertEquals(schemaType(schema), type);
  });
}

Deno.test("schemaType() ends for references that multiply and schemas that are deep", () => {
  const $defs: Record<string, unknown> = { d0: { type: "string" } };
  for (let i = 1; i <= 30; i++) {
    const ref = { $ref: `#/$defs/d${i - 1}` };
    $defs[`d${i}`] = { type: "object", properties: { a: ref, b: ref } };
  }
  schemaType({ $ref: "#/$defs/d30", $defs });
  let deep: unknown = { type: "string" };
  for (let i = 0; i < 5_000; i++) deep = { type: "array", items: deep };
  schemaType(deep);
});

Deno.test("typesOf() lets no tool say more than types", () => {
  const evil = '*/ }; export const x = "';
  const inputSchema = { type: "object", properties: { [evil]: { const: evil } } };
  const text = typesOf([{ name: evil, description: `a\n${evil}`, inputSchema }]);
  const quoted = JSON.stringify(evil);
  assertEquals(text.split("\n").slice(1, 4), [
    "export interface Tools {",
    '  /** a * / }; export const x = " */',
    `  readonly ${quoted}: {`,
  ]);
  assertEquals(text.includes(`readonly ${quoted}?: ${quoted};`), true);
});
