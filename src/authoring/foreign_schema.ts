/** Schemas of other servers, many of which are still written in draft 7. */
import type { CompiledSchema, JsonSchema } from "./compiled_schema.ts";
import { DIALECT } from "./schema_dialect.ts";
import { compileJsonSchema } from "./schema_json.ts";

/** What generators of schemas write at the root. */
const OLDER = /^https?:\/\/json-schema\.org\/(draft-0[67]|draft\/2019-09)\/schema#?$/;

/** Keywords whose values are data, whatever they look like. */
const DATA = new Set(["default", "enum", "const", "examples"]);

/**
 * Compiles a schema of 2020-12, or of the drafts before it, read as 2020-12: what generators make
 * of arguments means the same in both. Clients are shown what the server wrote.
 *
 * @throws {GomcpError} `invalid_request` when the schema is none, or means something else today.
 */
export function compileForeignSchema(schema: JsonSchema): CompiledSchema {
  const { $schema } = schema;
  if (typeof $schema !== "string" || !OLDER.test($schema)) return compileJsonSchema(schema);
  const { check } = compileJsonSchema(renewed({ ...schema, $schema: DIALECT }) as JsonSchema);
  return { json: schema, check };
}

/** A list of schemas in "items" is "prefixItems" since 2020-12, and what follows it "items". */
function renewed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renewed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, each]) => [key, DATA.has(key) ? each : renewed(each)] as const);
  const record: Record<string, unknown> = Object.fromEntries(entries);
  if (!Array.isArray(record.items)) return record;
  const { items, additionalItems, ...rest } = record;
  return {
    ...rest,
    prefixItems: items,
    ...(additionalItems !== undefined && { items: additionalItems }),
  };
}
