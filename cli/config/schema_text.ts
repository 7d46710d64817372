/** The JSON Schema of configuration files as text. */
import { configJsonSchema } from "../../src/config/file/config_schema.ts";
import { VALIDATE_SECTION } from "../../src/validate/config.ts";

export function schemaText(): string {
  return JSON.stringify(configJsonSchema(VALIDATE_SECTION), null, 2);
}
