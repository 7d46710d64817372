/** The one form that schemas have once they are compiled. */
import type { ArgumentsCheck } from "../pipeline/call.ts";

/** A JSON Schema 2020-12 object, as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema that is ready to check values. */
export interface CompiledSchema {
  /** What clients are shown. */
  readonly json: JsonSchema;
  /** Gives the value to go on with, or the first fault. */
  check(value: unknown): ArgumentsCheck;
}
