/** Which schemas make a form. */
import { assertStringIncludes, assertThrows } from "@std/assert";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { checkFormSchema } from "./form_schema.ts";

const jsonOf = (schema: z.ZodType) => z.toJSONSchema(schema) as Record<string, unknown>;
const withField = (field: unknown) => ({ type: "object", properties: { field } });

const FORMS: readonly Record<string, unknown>[] = [
  jsonOf(z.object({})),
  jsonOf(z.object({
    text: z.string().min(1).max(9).meta({ title: "Text", description: "Some." }),
    mail: z.email(),
    number: z.number().min(0).default(1),
    integer: z.int(),
    yes: z.boolean().optional(),
    choice: z.enum(["a", "b"]),
    only: z.literal("a"),
    choices: z.array(z.enum(["a", "b"])).min(1).max(2),
  })),
  withField({ type: "string", enum: ["a"], enumNames: ["A"] }),
  withField({ type: "string", oneOf: [{ const: "a", title: "A" }] }),
  withField({ type: "array", items: { anyOf: [{ const: "a", title: "A" }] } }),
];

for (const schema of FORMS) {
  Deno.test(`checkFormSchema() takes ${JSON.stringify(schema).slice(0, 120)}`, () => {
    checkFormSchema(schema);
  });
}

const FIELDS: readonly (readonly [string, unknown])[] = [
  ["a nested object", jsonOf(z.object({ street: z.string() }))],
  ["an array of objects", jsonOf(z.array(z.object({ a: z.string() })))],
  ["an array of free texts", jsonOf(z.array(z.string()))],
  ["an array of numbers", { type: "array", items: { type: "number", enum: [1] } }],
  ["an array of anything", { type: "array" }],
  ["an array of choices that are objects", {
    type: "array",
    items: { anyOf: [{ type: "object" }] },
  }],
  ["an array of no choices", { type: "array", items: { anyOf: [] } }],
  ["a tuple", jsonOf(z.tuple([z.string()]))],
  ["one of several types", jsonOf(z.union([z.string(), z.number()]))],
  ["a list of types", { type: ["string", "null"] }],
  ["null", { type: "null" }],
  ["a reference", { $ref: "#/$defs/a" }],
  ["anything", {}],
  ["no schema", true],
  ["a text that is an object as well", { type: "string", properties: { a: {} } }],
  ["a text that is a list as well", { type: "string", items: {} }],
];

for (const [what, field] of FIELDS) {
  Deno.test(`checkFormSchema() refuses a field that is ${what}, and names it`, () => {
    const error = assertThrows(() => checkFormSchema(withField(field)), GomcpError);
    assertStringIncludes(error.message, 'Cannot ask by a form: its field "field"');
  });
}

for (
  const schema of [{}, { type: "object" }, { type: "string" }, { type: "object", properties: [] }]
) {
  Deno.test(`checkFormSchema() refuses ${JSON.stringify(schema)}, which has no fields`, () => {
    const error = assertThrows(() => checkFormSchema(schema), GomcpError);
    assertStringIncludes(error.message, "expected an object with properties");
  });
}
