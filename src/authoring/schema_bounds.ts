/** How large a JSON Schema may be, and which ones may take long (MCP 2026-07-28: JSON Schema usage). */
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { JsonSchema } from "./compiled_schema.ts";

/** Keywords whose check is not linear in the size of the value, or of the schema. */
const COSTLY = new Set([
  "pattern",
  "patternProperties",
  "format",
  "uniqueItems",
  "contains",
  "$ref",
  "$dynamicRef",
]);
/** With so few sub-schemas and none of the costly keywords a check is quick whatever the value is. */
const QUICK_NODES_MAX = 200;

/**
 * Checks the size of a schema; true when checking a value against it could take long.
 *
 * @throws {GomcpError} `invalid_request` naming the bound.
 */
export function checkSchemaBounds(schema: JsonSchema): boolean {
  let costly = false;
  let nodes = 0;
  // Level by level, so that no depth of the schema is one of the stack.
  for (let level: object[] = [schema], depth = 1; level.length > 0; depth++) {
    nodes += level.length;
    if (depth > LIMITS.schemaDepthMax) {
      throw tooLarge("deeper than", LIMITS.schemaDepthMax, "levels");
    }
    if (nodes > LIMITS.schemaNodesMax) {
      throw tooLarge("of more than", LIMITS.schemaNodesMax, "parts");
    }
    costly ||= level.some((node) => Object.keys(node).some((key) => COSTLY.has(key)));
    level = level.flatMap((node) => Object.values(node).filter(isObject));
  }
  return costly || nodes > QUICK_NODES_MAX;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function tooLarge(how: string, limit: number, what: string): GomcpError {
  return new GomcpError("invalid_request", `its schema is ${how} ${limit} ${what}`);
}
