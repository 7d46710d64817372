/** What stands in a JSON Schema and is one itself, `properties` apart (2020-12 core, section 10). */
import { isRecord } from "../base/json.ts";

type Schema = Readonly<Record<string, unknown>>;

const ONE = [
  "items",
  "additionalItems",
  "unevaluatedItems",
  "contains",
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
  "contentSchema",
];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];
const MAPS = ["patternProperties", "dependentSchemas", "$defs", "definitions"];

/** The schemas directly within one; data such as `default` and `const` is none. */
export function subschemasOf(schema: Schema): Schema[] {
  const inner: unknown[] = ONE.map((key) => schema[key]);
  for (const key of LISTS) {
    const list = schema[key];
    if (Array.isArray(list)) inner.push(...list);
  }
  for (const key of MAPS) {
    const map = schema[key];
    if (isRecord(map)) inner.push(...Object.values(map));
  }
  return inner.filter(isRecord);
}
