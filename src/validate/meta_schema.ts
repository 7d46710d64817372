/** Whether a JSON Schema is one, by the meta-schema of its dialect. Nothing of it is compiled. */
import Ajv from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { DIALECT } from "../authoring/schema_dialect.ts";
import type { Schema } from "./schema_nodes.ts";

/** One thing that is wrong with a schema. The pointer is the schema's. */
export interface SchemaFault {
  readonly pointer: string;
  readonly message: string;
}

const OPTIONS = {
  strict: false,
  logger: false,
  allErrors: true,
  validateFormats: false,
  // To make the checker's code shorter takes longer than it runs.
  code: { optimize: false },
} as const;
const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;

/** Building one compiles the meta-schema, so each is built when it is needed first. */
const checkers = new Map<string, { validateSchema: Ajv2020["validateSchema"]; errors?: unknown }>();

/** Which dialect a schema says it is of: its address without "#", or undefined for another one. */
export function dialectOf({ $schema }: Schema): "2020-12" | "draft-07" | undefined {
  if ($schema === undefined) return "2020-12";
  if (typeof $schema !== "string") return undefined;
  if ($schema.replace(/#$/, "") === DIALECT) return "2020-12";
  return DRAFT_7.test($schema) ? "draft-07" : undefined;
}

/** Keywords that drafts read differently, so that none of them can tell what is wrong there. */
const CHANGED = /\/(?:exclusive(?:Min|Max)imum|required|items|additionalItems|dependencies|\$?id)$/;

/** What is wrong with a schema of a dialect that is not known here, by what all of them share. */
export function sharedFaults(schema: Schema): SchemaFault[] {
  const isOld = /\/draft-0\d\//.test(String(schema.$schema));
  return schemaFaults(schema, isOld ? "draft-07" : "2020-12")
    .filter(({ pointer }) => !CHANGED.test(pointer));
}

/** What the meta-schema has against a schema; each place once. */
export function schemaFaults(schema: Schema, dialect: "2020-12" | "draft-07"): SchemaFault[] {
  const ajv = checkerOf(dialect);
  // Its own word on the dialect is not wanted: a fragment behind the address is another to ajv.
  const { $schema: _, ...rest } = schema;
  if (ajv.validateSchema(rest) === true) return [];
  const faults = new Map<string, SchemaFault>();
  for (const { instancePath, message, keyword } of ajv.errors ?? []) {
    // These only say that one of their parts is not met, which is told by itself.
    if (["allOf", "anyOf", "oneOf", "if", "$ref", "$dynamicRef"].includes(keyword)) continue;
    if (!faults.has(instancePath)) {
      faults.set(instancePath, { pointer: instancePath, message: message ?? "is not allowed" });
    }
  }
  return [...faults.values()];
}

function checkerOf(dialect: "2020-12" | "draft-07"): Ajv2020 {
  const known = checkers.get(dialect);
  if (known !== undefined) return known as Ajv2020;
  const Dialect = (dialect === "2020-12" ? Ajv2020 : Ajv) as unknown as typeof Ajv2020;
  const made = new Dialect(OPTIONS);
  checkers.set(dialect, made);
  return made;
}
