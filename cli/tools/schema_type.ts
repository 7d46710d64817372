/**
 * JSON Schema (2020-12) as a TypeScript type. What a type cannot say (lengths, patterns,
 * conditions) is left to the server; what is not understood is `unknown`, never wrong.
 */
import { isRecord } from "../../src/base/json.ts";

/** Schemas within schemas. Beyond: `unknown`. */
const DEPTH_MAX = 32;
/** Parts of one type: references may multiply. Beyond: `unknown`. */
const PARTS_MAX = 5_000;

type Schema = Readonly<Record<string, unknown>>;

/** The type as text, for any value that came as a schema. */
export function schemaType(schema: unknown): string {
  return new Writer(schema).type(schema, 0);
}

class Writer {
  readonly #root: unknown;
  /** References that are being followed: one that comes again is without end. */
  readonly #open = new Set<string>();
  #parts = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  type(schema: unknown, depth: number): string {
    if (schema === false) return "never";
    if (!isRecord(schema) || depth > DEPTH_MAX || ++this.#parts > PARTS_MAX) return "unknown";
    const parts = [
      this.#reference(schema.$ref, depth),
      this.#own(schema, depth),
      this.#several(schema.allOf, " & ", depth),
      this.#several(schema.anyOf, " | ", depth),
      this.#several(schema.oneOf, " | ", depth),
    ].filter((part) => part !== undefined && part !== "unknown");
    return parts.length === 0 ? "unknown" : [...new Set(parts)].join(" & ");
  }

  #reference(ref: unknown, depth: number): string | undefined {
    if (typeof ref !== "string" || !ref.startsWith("#") || this.#open.has(ref)) return undefined;
    const found = at(this.#root, ref);
    this.#open.add(ref);
    const type = this.type(found, depth + 1);
    this.#open.delete(ref);
    return type;
  }

  #several(list: unknown, sign: " & " | " | ", depth: number): string | undefined {
    if (!Array.isArray(list) || list.length === 0) return undefined;
    const types = [...new Set(list.map((each) => this.type(each, depth + 1)))];
    // One that takes anything makes a union of anything.
    if (sign === " | " && types.includes("unknown")) return undefined;
    const known = types.filter((type) => type !== "unknown");
    return known.length === 0 ? undefined : known.length === 1 ? known[0] : `(${known.join(sign)})`;
  }

  #own(schema: Schema, depth: number): string | undefined {
    if ("const" in schema) return literal(schema.const);
    if (Array.isArray(schema.enum)) return union(schema.enum.map(literal));
    const { type } = schema;
    if (Array.isArray(type)) return union(type.map((each) => this.#named(each, schema, depth)));
    if (type !== undefined) return this.#named(type, schema, depth);
    if (isRecord(schema.properties)) return this.#object(schema, depth);
    return undefined;
  }

  #named(type: unknown, schema: Schema, depth: number): string {
    switch (type) {
      case "string":
      case "number":
      case "boolean":
      case "null":
        return type;
      case "integer":
        return "number";
      case "array":
        return this.#array(schema, depth);
      case "object":
        return this.#object(schema, depth);
      default:
        return "unknown";
    }
  }

  #array({ items, prefixItems, minItems }: Schema, depth: number): string {
    const rest = items === undefined ? "unknown" : this.type(items, depth + 1);
    if (!Array.isArray(prefixItems)) return `ReadonlyArray<${rest}>`;
    const least = typeof minItems === "number" ? minItems : 0;
    const first = prefixItems.map((item, index) => {
      const type = this.type(item, depth + 1);
      return index < least ? type : `(${type})?`;
    });
    const tail = rest === "never" ? [] : [`...ReadonlyArray<${rest}>`];
    return `readonly [${[...first, ...tail].join(", ")}]`;
  }

  #object(schema: Schema, depth: number): string {
    const { properties = {}, additionalProperties: more, required = [] } = schema;
    const names = isRecord(properties) ? Object.keys(properties) : [];
    const demanded = new Set(Array.isArray(required) ? required : []);
    const members = names.map((name) => {
      const type = this.type((properties as Schema)[name], depth + 1);
      const isOptional = !demanded.has(name);
      return `readonly ${JSON.stringify(name)}${isOptional ? "?" : ""}: ${type};`;
    });
    // What is demanded and not described is there all the same.
    for (const name of demanded) {
      if (typeof name === "string" && !names.includes(name)) {
        members.push(`readonly ${JSON.stringify(name)}: unknown;`);
      }
    }
    if (members.length === 0) {
      if (more === false) return "Readonly<Record<string, never>>";
      return `Readonly<Record<string, ${
        more === undefined ? "unknown" : this.type(more, depth + 1)
      }>>`;
    }
    // Named members must fit an index signature, which only `unknown` makes sure of. Without the
    // keyword more members are allowed, too; then names that are mistyped are what is caught.
    if (more === true || isRecord(more)) members.push("readonly [name: string]: unknown;");
    return `{ ${members.join(" ")} }`;
  }
}

/** A value as its own type. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `readonly [${value.map(literal).join(", ")}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "unknown";
  const members = Object.entries(value).map(([name, each]) =>
    `readonly ${JSON.stringify(name)}: ${literal(each)};`
  );
  return `{ ${members.join(" ")} }`;
}

function union(types: readonly string[]): string {
  const all = [...new Set(types)];
  if (all.includes("unknown")) return "unknown";
  return all.length === 0 ? "never" : all.length === 1 ? all[0]! : `(${all.join(" | ")})`;
}

/** What a JSON Pointer in a fragment (RFC 6901 section 6) leads to. */
function at(root: unknown, ref: string): unknown {
  let found = root;
  for (const step of ref.slice(1).split("/").slice(1)) {
    if (!isRecord(found) && !Array.isArray(found)) return undefined;
    const key = decode(step).replaceAll("~1", "/").replaceAll("~0", "~");
    found = Object.hasOwn(found, key) ? (found as Schema)[key] : undefined;
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
