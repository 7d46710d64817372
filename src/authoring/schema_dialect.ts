/** What a schema of the dialect 2020-12 says to a validator that knows others, too. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { subschemasOf } from "../protocol/subschemas.ts";
import type { JsonSchema } from "./compiled_schema.ts";

/** The dialect that schemas are of (MCP 2026-07-28, basic: JSON Schema usage). */
export const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** Of OpenAPI, of draft 4 and of ajv's own: annotations in 2020-12, but ajv acts on them. */
const FOREIGN = ["nullable", "id", "$async"];

/** @throws {GomcpError} `invalid_request` for a schema of another dialect, also within another. */
export function checkDialect(schema: JsonSchema): void {
  for (const { $schema } of schemasIn(schema)) {
    if ($schema === undefined || String($schema).replace(/#$/, "") === DIALECT) continue;
    throw new GomcpError(
      "invalid_request",
      `its schema is of the dialect ${JSON.stringify($schema)}, expected "${DIALECT}"`,
    );
  }
}

/** The schema without what is only an annotation; itself when there is nothing of the kind. */
export function withoutForeign(schema: JsonSchema): JsonSchema {
  const isForeign = (each: Readonly<Record<string, unknown>>) =>
    FOREIGN.some((key) => Object.hasOwn(each, key));
  if (!schemasIn(schema).some(isForeign)) return schema;
  const copy = structuredClone(schema);
  for (const each of schemasIn(copy)) {
    for (const key of FOREIGN) delete (each as Record<string, unknown>)[key];
  }
  return copy;
}

/** A schema and all within it. Data such as `default` is none. */
function schemasIn(schema: JsonSchema): Readonly<Record<string, unknown>>[] {
  const found: Readonly<Record<string, unknown>>[] = [schema];
  // The list grows while it is walked.
  for (const each of found) {
    if (isRecord(each.properties)) found.push(...Object.values(each.properties).filter(isRecord));
    found.push(...subschemasOf(each));
  }
  return found;
}
