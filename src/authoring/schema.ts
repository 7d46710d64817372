/** Schemas of tools, written in zod 4 or as JSON Schema 2020-12: one compiled form for both. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import type { CompiledSchema, JsonSchema } from "./compiled_schema.ts";
import { checksJsonSchemas } from "../base/schema_engines.ts";
import { compileZod, isZodSchema, type ZodSchema } from "./schema_zod.ts";

// Awaited here, so that whoever defines a tool need not wait.
const checked = checksJsonSchemas() ? await import("./schema_json.ts") : undefined;

/** What `defineTool` takes as `input` and `output`. */
export type SchemaSource = ZodSchema | JsonSchema;

/**
 * Compiles a schema. Which side of a zod schema is shown depends on `side`: what
 * goes in (before defaults and transforms), or what comes out.
 *
 * @throws {GomcpError} `invalid_request` when the schema is none, or cannot be used.
 */
export function compileSchema(source: SchemaSource, side: "input" | "output"): CompiledSchema {
  if (isZodSchema(source)) return compileZod(source, side);
  if (isRecord(source) && !("parse" in source)) {
    return checked?.compileJsonSchema(source) ?? unchecked(source);
  }
  throw new GomcpError(
    "invalid_request",
    `its ${side} schema is neither a zod 4 schema nor a JSON Schema object`,
  );
}

/** In a tool host: the server compiles the same schema, and tells what is wrong with it. */
function unchecked(json: JsonSchema): CompiledSchema {
  return { json, check: (value) => ({ ok: true, value }) };
}
