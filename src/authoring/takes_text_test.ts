/** Which zod schemas a text may pass. */
import { assertEquals } from "@std/assert";
import * as z from "zod";
import { takesText } from "./takes_text.ts";

type Tree = z.ZodType<unknown>;
const tree: Tree = z.lazy(() => z.union([z.number(), tree]));

const YES: Readonly<Record<string, z.ZodType>> = {
  "a string": z.string().min(1),
  "a format": z.email(),
  "an enumeration": z.enum(["a", "b"]),
  "a literal": z.literal(["a", 1]),
  "a coerced number": z.coerce.number().int(),
  "a coerced boolean": z.coerce.boolean().optional(),
  "a text of a boolean": z.stringbool(),
  "an optional string": z.string().optional().nullable().default("x").readonly().catch("y"),
  "a transformed string": z.string().transform(Number).pipe(z.number()),
  "what is preprocessed": z.preprocess(Number, z.number()),
  "a choice": z.union([z.number(), z.string()]),
  "a template literal": z.templateLiteral(["a", z.number()]),
  "a lazy string": z.lazy(() => z.string()),
  "anything": z.unknown(),
  "what is checked by hand": z.custom(() => true),
};

const NO: Readonly<Record<string, z.ZodType>> = {
  "a number": z.number(),
  "an integer with a default": z.int().default(1),
  "a boolean": z.boolean().optional(),
  "null": z.null(),
  "an object": z.object({ a: z.string() }),
  "an array": z.array(z.string()),
  "a record": z.record(z.string(), z.string()),
  "a literal of a number": z.literal(1),
  "an enumeration of numbers": z.enum({ A: 0, B: 1 } as const),
  "a choice without a string": z.union([z.number(), z.boolean()]),
  "a transformed number": z.number().transform(String),
  "both a string and a number": z.intersection(z.string(), z.number()),
  "nothing": z.never(),
  "itself": tree,
};

for (const [what, schema] of Object.entries(YES)) {
  Deno.test(`a text may pass ${what}`, () => assertEquals(takesText(schema), true));
}
for (const [what, schema] of Object.entries(NO)) {
  Deno.test(`no text passes ${what}`, () => assertEquals(takesText(schema), false));
}
