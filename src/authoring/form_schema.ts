/** What the schema of a form may be (MCP, client/elicitation: requested schema). */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";

const PRIMITIVES: ReadonlySet<unknown> = new Set(["string", "number", "integer", "boolean"]);

/**
 * Clients show a form as a flat list of fields, and know no others.
 *
 * @throws {GomcpError} `invalid_request` for a field that holds others.
 */
export function checkFormSchema(schema: Readonly<Record<string, unknown>>): void {
  if (schema.type !== "object" || !isRecord(schema.properties)) {
    refuse("its schema is no such thing, expected an object with properties");
  }
  for (const [name, field] of Object.entries(schema.properties)) {
    if (isField(field)) continue;
    refuse(
      `its field "${name}" is more than one value, expected a string, number, integer, boolean, ` +
        "an enum of strings, or an array of such an enum",
    );
  }
}

function isField(field: unknown): boolean {
  if (!isRecord(field)) return false;
  if (field.type === "array") return isChoice(field.items);
  return PRIMITIVES.has(field.type) && field.properties === undefined && field.items === undefined;
}

/** What several can be chosen from: texts, or texts with titles. */
function isChoice(items: unknown): boolean {
  if (!isRecord(items)) return false;
  if (Array.isArray(items.enum)) return items.type === "string";
  const choices = items.anyOf;
  return Array.isArray(choices) && choices.length > 0 &&
    choices.every((choice) => isRecord(choice) && typeof choice.const === "string");
}

function refuse(what: string): never {
  throw new GomcpError("invalid_request", `Cannot ask by a form: ${what}`);
}
