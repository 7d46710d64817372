/** Whether a value fits a schema within a tool's: quickly for plain ones, by ajv for all others. */
import { isRecord, kindOf } from "../base/json.ts";
import { compileJsonSchema } from "../authoring/schema_json.ts";
import { isSameJson } from "../pins/canonical_json.ts";
import type { Schema } from "./schema_nodes.ts";

const WORDS = ["title", "description", "default", "examples", "$comment", "deprecated", "$schema"];
const PLAIN = new Set([
  ...WORDS,
  "type",
  "enum",
  "const",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
]);

/** Whether a schema has nothing but what is looked at here; so have its items. */
function isPlain({ items, ...schema }: Schema): boolean {
  return Object.keys(schema).every((key) => PLAIN.has(key)) &&
    (items === undefined || (isRecord(items) && isPlain(items)));
}

/**
 * Says what is wrong with a value; undefined when it fits, or when the schema cannot be used,
 * which other rules tell. `root` is the schema that references are looked up in.
 */
export function misfit(value: unknown, schema: Schema, root: Schema): string | undefined {
  // An empty list has no items that could be wrong.
  const isEmpty = Array.isArray(value) && value.length === 0;
  const { items: _, ...others } = schema;
  return isPlain(isEmpty ? others : schema)
    ? plainMisfit(value, schema)
    : compiledMisfit(value, schema, root);
}

function plainMisfit(value: unknown, schema: Schema): string | undefined {
  const { type, minLength, maxLength, minItems, maxItems } = schema;
  const types = type === undefined ? undefined : [type].flat();
  if (types !== undefined && !types.some((each) => isOf(value, each))) {
    return `is ${kindOf(value)}, expected ${types.join(" or ")}`;
  }
  if ("const" in schema && !isSameJson(value, schema.const)) return "is not the constant";
  if (Array.isArray(schema.enum) && !schema.enum.some((each) => isSameJson(value, each))) {
    return "is none of the enum's values";
  }
  if (typeof value === "number") return numberMisfit(value, schema);
  if (Array.isArray(value)) {
    return outOf(value.length, minItems, maxItems, " items") ?? itemMisfit(value, schema);
  }
  return typeof value === "string"
    ? outOf([...value].length, minLength, maxLength, " characters")
    : undefined;
}

function itemMisfit(values: readonly unknown[], { items }: Schema): string | undefined {
  if (!isRecord(items)) return undefined;
  for (const [at, each] of values.entries()) {
    const fault = plainMisfit(each, items);
    if (fault !== undefined) return `has "/${at}", which ${fault}`;
  }
  return undefined;
}

function numberMisfit(value: number, schema: Schema): string | undefined {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if (typeof above === "number" && value <= above) return `is not above ${above}`;
  if (typeof below === "number" && value >= below) return `is not below ${below}`;
  return outOf(value, minimum, maximum, "");
}

function outOf(size: number, min: unknown, max: unknown, unit: string): string | undefined {
  if (typeof min === "number" && size < min) return `is below the least of ${min}${unit}`;
  return typeof max === "number" && size > max ? `is above the most of ${max}${unit}` : undefined;
}

/** Whether a value is of a type of JSON Schema. */
export function isOf(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  return type === kindOf(value);
}

/** Whether values can be checked by a schema at all. */
export function isUsable({ $schema: _, ...schema }: Schema): boolean {
  try {
    compileJsonSchema(schema);
    return true;
  } catch {
    return false;
  }
}

function compiledMisfit(value: unknown, schema: Schema, root: Schema): string | undefined {
  try {
    // Definitions come along, since references of the schema lead to them.
    const { $schema: _, ...own } = schema;
    const defs = { $defs: root.$defs ?? {}, definitions: root.definitions ?? {} };
    const checked = compileJsonSchema({ ...defs, ...own }).check(value);
    if (checked.ok) return undefined;
    return `${checked.pointer === "" ? "" : `at "${checked.pointer}" `}${checked.detail}`;
  } catch {
    return undefined; // a schema that does not compile is told by the rules for schemas
  }
}
