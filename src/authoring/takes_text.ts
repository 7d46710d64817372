/** Whether a text can pass a zod schema: prompts get nothing but texts (MCP, server/prompts). */
import { isRecord } from "../base/json.ts";
import type { ZodSchema } from "./schema_zod.ts";

/** Kinds that no text is of, unless they coerce. */
const NO_TEXT = new Set([
  "number",
  "int",
  "boolean",
  "bigint",
  "symbol",
  "null",
  "undefined",
  "void",
  "never",
  "nan",
  "date",
  "object",
  "array",
  "tuple",
  "record",
  "map",
  "set",
  "file",
  "function",
]);
/** Schemas within each other that are looked at. Below, no text is expected any more. */
const DEPTH_MAX = 32;

/** False for a schema that refuses every text; true where that cannot be seen. */
export function takesText(schema: unknown): boolean {
  return takes(schema, new Map(), 0);
}

function takes(schema: unknown, known: Map<unknown, boolean>, depth: number): boolean {
  const def = defOf(schema);
  if (def === undefined) return true;
  if (depth > DEPTH_MAX) return false;
  const before = known.get(schema);
  if (before !== undefined) return before;
  // What is defined by itself takes what its other parts take.
  known.set(schema, false);
  const answer = decide(def, (inner) => takes(inner, known, depth + 1));
  known.set(schema, answer);
  return answer;
}

function decide(def: Record<string, unknown>, within: (inner: unknown) => boolean): boolean {
  switch (def.type) {
    case "enum":
      return isRecord(def.entries) && Object.values(def.entries).some(isText);
    case "literal":
      return Array.isArray(def.values) && def.values.some(isText);
    case "union":
      return Array.isArray(def.options) && def.options.some(within);
    case "intersection":
      return within(def.left) && within(def.right);
    case "pipe":
      return within(def.in);
    case "lazy":
      return typeof def.getter !== "function" || within(def.getter());
  }
  // What is optional, has a default and so on takes what stands in it takes.
  if (def.innerType !== undefined) return within(def.innerType);
  return def.coerce === true || !NO_TEXT.has(String(def.type));
}

/** The schemas of an object's members, by name; empty for what is no object. */
export function membersOf(schema: unknown): Readonly<Record<string, unknown>> {
  let def = defOf(schema);
  for (let depth = 0; def !== undefined && depth < DEPTH_MAX; depth++) {
    if (def.type === "object") return isRecord(def.shape) ? def.shape : {};
    def = defOf(def.type === "pipe" ? def.in : def.innerType);
  }
  return {};
}

/** zod's own description of a schema, the same in every copy of zod 4. */
function defOf(schema: unknown): Record<string, unknown> | undefined {
  const inner = isRecord(schema) ? (schema as unknown as ZodSchema)._zod : undefined;
  const def = (inner as { readonly def?: unknown } | undefined)?.def;
  return isRecord(def) ? def : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
