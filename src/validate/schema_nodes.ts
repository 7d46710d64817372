/** A JSON Schema and all schemas within it, with where each stands and what it is there. */
import { isRecord, pointerStep } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** One schema that is an object; `true` and `false` are none. */
export interface SchemaNode {
  readonly schema: Schema;
  /** JSON Pointer into the tool's definition. */
  readonly pointer: string;
  /** The keyword of the schema around it that it stands behind; undefined for the outermost one. */
  readonly keyword: string | undefined;
  /** The property that it describes. */
  readonly property: string | undefined;
  /** Schemas around it. */
  readonly depth: number;
}

// deno-fmt-ignore: one line a kind.
const ONE = new Set([
  "items", "additionalItems", "unevaluatedItems", "contains", "additionalProperties",
  "unevaluatedProperties", "propertyNames", "not", "if", "then", "else", "contentSchema",
]);
const LISTS = new Set(["allOf", "anyOf", "oneOf", "prefixItems", "items"]);
const MAPS = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);

/** The outermost first. At most as many, and as deep, as a schema may have (`LIMITS`). */
export function schemaNodes(schema: unknown, pointer: string): readonly SchemaNode[] {
  if (!isRecord(schema)) return [];
  const nodes: SchemaNode[] = [
    { schema, pointer, keyword: undefined, property: undefined, depth: 0 },
  ];
  // The list grows while it is walked.
  for (const node of nodes) {
    if (node.depth >= LIMITS.schemaDepthMax) continue;
    for (const inner of within(node)) {
      if (nodes.length >= LIMITS.schemaNodesMax) return nodes;
      nodes.push(inner);
    }
  }
  return nodes;
}

function* within({ schema, pointer, depth }: SchemaNode): Generator<SchemaNode> {
  const node = (value: unknown, keyword: string, steps: string, property?: string) => ({
    schema: value as Schema,
    pointer: `${pointer}/${keyword}${steps}`,
    keyword,
    property,
    depth: depth + 1,
  });
  for (const key of Object.keys(schema)) {
    const value = schema[key];
    if (typeof value !== "object") continue; // most keywords
    if (ONE.has(key) && isRecord(value)) yield node(value, key, "");
    else if (MAPS.has(key) && isRecord(value)) {
      for (const name of Object.keys(value)) {
        if (!isRecord(value[name])) continue;
        yield node(value[name], key, pointerStep(name), key === "properties" ? name : undefined);
      }
    } else if (LISTS.has(key) && Array.isArray(value)) {
      for (const [at, each] of value.entries()) {
        if (isRecord(each)) yield node(each, key, `/${at}`);
      }
    }
  }
}

/** The types that a schema names, as a list; empty when it names none. */
export function typesOf({ type }: Schema): readonly string[] {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.filter((each) => typeof each === "string") : [];
}
