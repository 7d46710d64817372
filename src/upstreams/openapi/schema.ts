/** Schemas of OpenAPI as JSON Schemas of 2020-12 that stand for themselves. */
import { isRecord } from "../../base/json.ts";
import { resolve, type Values } from "./document.ts";

/** Schemas within a schema are gone through no deeper than this. */
const DEPTH_MAX = 64;
const REFERENCE = /^#\/components\/schemas\/(.+)$/;

/** Makes schemas of one tool: what they refer to is collected as `$defs`. */
export class SchemaWriter {
  readonly #document: Values;
  readonly #isOld: boolean;
  readonly #defs = new Map<string, unknown>();

  constructor(document: Values) {
    this.#document = document;
    this.#isOld = String(document.openapi).startsWith("3.0");
  }

  /** What has been referred to so far; undefined where nothing was. */
  get defs(): Values | undefined {
    return this.#defs.size === 0 ? undefined : Object.fromEntries(this.#defs);
  }

  write(schema: unknown, depth = 0): unknown {
    if (Array.isArray(schema)) return schema.map((each) => this.write(each, depth + 1));
    if (!isRecord(schema) || depth > DEPTH_MAX) return isRecord(schema) ? {} : schema;
    if (typeof schema.$ref === "string") return this.#refer(schema.$ref);
    const plain = this.#isOld ? renewed(schema) : schema;
    return Object.fromEntries(
      Object.entries(plain).filter(([key]) => !NOT_OURS.has(key)).map(([key, value]) => [
        key,
        DATA.has(key) ? value : this.write(value, depth + 1),
      ]),
    );
  }

  #refer(reference: string): unknown {
    const name = REFERENCE.exec(reference)?.[1];
    if (name === undefined) {
      return this.write(resolve(this.#document, { $ref: reference }) ?? {}, 1);
    }
    const key = name.replace(/[^A-Za-z0-9_.-]/g, "_");
    if (!this.#defs.has(key)) {
      this.#defs.set(key, {}); // one that refers to itself finds it
      this.#defs.set(key, this.write(resolve(this.#document, { $ref: reference }) ?? {}, 1));
    }
    return { $ref: `#/$defs/${key}` };
  }
}

const DATA = new Set(["default", "enum", "const", "examples", "required"]);
const NOT_OURS = new Set(["xml", "externalDocs", "discriminator", "example", "nullable"]);

/** What 3.0 wrote in another way than JSON Schema does. */
function renewed(schema: Values): Values {
  const { nullable, exclusiveMinimum, exclusiveMaximum, minimum, maximum, type, ...rest } = schema;
  const isEnum = Array.isArray(rest.enum) && nullable === true && !rest.enum.includes(null);
  return {
    ...rest,
    ...(type !== undefined && { type: nullable === true ? [type, "null"] : type }),
    ...(isEnum && { enum: [...rest.enum as unknown[], null] }),
    ...bound("minimum", "exclusiveMinimum", minimum, exclusiveMinimum),
    ...bound("maximum", "exclusiveMaximum", maximum, exclusiveMaximum),
  };
}

function bound(name: string, exclusive: string, value: unknown, isExclusive: unknown): Values {
  if (value === undefined) return {};
  return isExclusive === true ? { [exclusive]: value } : { [name]: value };
}
