/** JSON Schemas that come as data, compiled by ajv for the dialect 2020-12. */
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describeThrown, GomcpError } from "../base/errors.ts";
import { pointerStep } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { ArgumentsCheck } from "../pipeline/call.ts";
import type { CompiledSchema, JsonSchema } from "./compiled_schema.ts";
import { checkSchemaBounds } from "./schema_bounds.ts";
import { runBounded, TIMED_OUT } from "./time_bound.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** Shared, since building one compiles the meta-schemas. Schemas with an `$id` get their own. */
let shared: Ajv2020 | undefined;

/**
 * Compiles a JSON Schema. References are never fetched: one that does not resolve
 * within the schema is an error (MCP 2026-07-28, basic: JSON Schema usage).
 */
export function compileJsonSchema(schema: JsonSchema): CompiledSchema {
  checkDialect(schema);
  const mayTakeLong = checkSchemaBounds(schema);
  const validate = compile(schema);
  const check = (value: unknown): ArgumentsCheck =>
    validate(value) ? { ok: true, value } : { ok: false, ...firstFault(validate.errors?.[0]) };
  return { json: schema, check: mayTakeLong ? (value) => checkInTime(check, value) : check };
}

function checkInTime(check: CompiledSchema["check"], value: unknown): ArgumentsCheck {
  const checked = runBounded(() => check(value), LIMITS.validationMsMax);
  if (checked !== TIMED_OUT) return checked;
  const detail = `takes longer than ${LIMITS.validationMsMax} ms to check against the schema`;
  return { ok: false, pointer: "", detail };
}

function checkDialect(schema: JsonSchema): void {
  const dialect = schema.$schema;
  if (dialect === undefined || String(dialect).replace(/#$/, "") === DIALECT) return;
  throw new GomcpError(
    "invalid_request",
    `its schema is of the dialect ${JSON.stringify(dialect)}, expected "${DIALECT}"`,
  );
}

function compile(schema: JsonSchema) {
  try {
    const own = JSON.stringify(schema).includes('"$id"');
    const ajv = own ? createAjv() : (shared ??= createAjv());
    const validate = ajv.compile(schema);
    // The shared one would keep every schema for ever, those of a handler's questions too.
    if (!own) ajv.removeSchema(schema);
    return validate;
  } catch (cause) {
    throw new GomcpError("invalid_request", `its schema is invalid: ${describeThrown(cause)}`, {
      cause,
    });
  }
}

function createAjv(): Ajv2020 {
  // Not strict: unknown keywords are annotations in 2020-12, not errors.
  const ajv = new Ajv2020({ strict: false, logger: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv;
}

function firstFault(error: ErrorObject | undefined): { pointer: string; detail: string } {
  if (error === undefined) return { pointer: "", detail: "does not match its schema" };
  const { instancePath, keyword, params, message } = error;
  const extra = keyword === "additionalProperties" ? params.additionalProperty : undefined;
  const pointer = extra === undefined ? instancePath : instancePath + pointerStep(extra);
  if (keyword === "additionalProperties") return { pointer, detail: "is not a known property" };
  if (keyword === "enum") {
    return { pointer, detail: `must be one of ${list(params.allowedValues)}` };
  }
  return { pointer, detail: message ?? "does not match its schema" };
}

function list(values: unknown): string {
  const text = JSON.stringify(values) ?? "";
  return text.length <= 200 ? text : text.slice(0, 200) + "…";
}
