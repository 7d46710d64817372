/** JSON Schemas that come as data, compiled by ajv for the dialect 2020-12. */
import { Ajv2020, type ErrorObject, str } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describeThrown, GomcpError } from "../base/errors.ts";
import { pointerStep } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { ArgumentsCheck } from "../pipeline/call.ts";
import type { CompiledSchema, JsonSchema } from "./compiled_schema.ts";
import { isMultipleOf } from "./multiple_of.ts";
import { checkSchemaBounds } from "./schema_bounds.ts";
import { checkDialect, withoutForeign } from "./schema_dialect.ts";
import { runBounded, TIMED_OUT } from "./time_bound.ts";
import { checkOnStack } from "./too_deep.ts";

/** Shared, since building one compiles the meta-schemas. Schemas with an `$id` get their own. */
let shared: Ajv2020 | undefined;
/** How many schemas it has compiled. */
let compiled = 0;
/** ajv keeps a part of each schema that it ever compiled; after so many it is left to go with them. */
const COMPILED_MAX = 200;

/**
 * Compiles a JSON Schema. References are never fetched: one that does not resolve
 * within the schema is an error (MCP 2026-07-28, basic: JSON Schema usage).
 */
export function compileJsonSchema(schema: JsonSchema): CompiledSchema {
  const mayTakeLong = checkSchemaBounds(schema);
  checkDialect(schema);
  const validate = compile(schema);
  const check = (value: unknown): ArgumentsCheck =>
    validate(value) ? { ok: true, value } : { ok: false, ...firstFault(validate.errors?.[0]) };
  return { json: schema, check: mayTakeLong ? (value) => checkInTime(check, value) : check };
}

function checkInTime(check: CompiledSchema["check"], value: unknown): ArgumentsCheck {
  // Only what refers to itself can need much of the stack, and that is one that may take long.
  const checked = runBounded(() => checkOnStack(() => check(value)), LIMITS.validationMsMax);
  if (checked !== TIMED_OUT) return checked;
  const detail = `takes longer than ${LIMITS.validationMsMax} ms to check against the schema`;
  return { ok: false, pointer: "", detail };
}

function compile(schema: JsonSchema) {
  try {
    const own = JSON.stringify(schema).includes('"$id"');
    const ajv = own ? createAjv() : sharedAjv();
    const known = withoutForeign(schema);
    const validate = ajv.compile(known);
    // The shared one would keep every schema for ever, those of a handler's questions too.
    if (!own) ajv.removeSchema(known);
    return validate;
  } catch (cause) {
    throw new GomcpError("invalid_request", `its schema is invalid: ${describeThrown(cause)}`, {
      cause,
    });
  }
}

function sharedAjv(): Ajv2020 {
  if (compiled++ % COMPILED_MAX === 0) shared = undefined;
  return shared ??= createAjv();
}

function createAjv(): Ajv2020 {
  // Not strict: unknown keywords are annotations in 2020-12, not errors.
  // Own properties: else every object would have a "toString" and a "constructor".
  const ajv = new Ajv2020({ strict: false, logger: false, ownProperties: true });
  ajv.removeKeyword("multipleOf");
  ajv.addKeyword({
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    compile: (divisor: number) => (value: number) => isMultipleOf(value, divisor),
    error: { message: ({ schemaCode }) => str`must be multiple of ${schemaCode}` },
  });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv;
}

function firstFault(error: ErrorObject | undefined): { pointer: string; detail: string } {
  if (error === undefined) return { pointer: "", detail: "does not match its schema" };
  const { instancePath, keyword, params, message } = error;
  // These are found in the object, and are about one of its members.
  if (keyword === "additionalProperties") {
    const pointer = instancePath + pointerStep(params.additionalProperty);
    return { pointer, detail: "is not a known property" };
  }
  if (keyword === "required") {
    return { pointer: instancePath + pointerStep(params.missingProperty), detail: "is missing" };
  }
  if (keyword === "enum") {
    return { pointer: instancePath, detail: `must be one of ${list(params.allowedValues)}` };
  }
  return { pointer: instancePath, detail: message ?? "does not match its schema" };
}

function list(values: unknown): string {
  const text = JSON.stringify(values) ?? "";
  return text.length <= 200 ? text : text.slice(0, 200) + "…";
}
