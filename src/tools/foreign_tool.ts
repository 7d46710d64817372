/** A tool that another server has, made of that server's definition. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { CompiledSchema, JsonSchema } from "../authoring/compiled_schema.ts";
import { checkIcons, checkTexts, NAME } from "../authoring/identity.ts";
import { compileForeignSchema } from "../authoring/foreign_schema.ts";
import type { Hosted } from "../authoring/hosted.ts";
import { readParamHeaders } from "../protocol/param_headers.ts";
import { type Tool, TOOL_BRAND } from "./tool.ts";

/** What is known of a tool of another server. */
export interface ForeignToolOptions {
  /** As lists show it here; not to be trusted. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number | undefined;
  readonly hosted: Hosted;
}

/** What lists show; other members may mean what we do not know. */
// deno-fmt-ignore: one list.
const SHOWN = [
  "name",
  "title",
  "description",
  "inputSchema",
  "outputSchema",
  "annotations",
  "icons",
  "_meta",
];

/** @throws {GomcpError} `invalid_request` when the definition is none of a tool's. */
export function foreignTool({ definition, timeoutMs, hosted }: ForeignToolOptions): Tool {
  const { name, title, description, inputSchema, outputSchema, annotations, icons } = definition;
  if (typeof name !== "string" || !NAME.test(name)) reject("it has no usable name");
  checkTexts({ title, description });
  checkIcons(icons);
  if (annotations !== undefined && !isRecord(annotations)) reject("its annotations are no object");
  const input = schemaOf(inputSchema, "inputSchema");
  if (input.json.type !== "object") reject('its inputSchema is not of the type "object"');
  const shown = Object.fromEntries(
    SHOWN.filter((key) => definition[key] !== undefined).map((key) => [key, definition[key]]),
  );
  const bytes = new TextEncoder().encode(JSON.stringify(shown)).length;
  if (bytes > LIMITS.toolDefinitionBytesMax) {
    reject(`its definition has ${bytes} bytes, expected at most ${LIMITS.toolDefinitionBytesMax}`);
  }
  const tool: Tool & Record<symbol, unknown> = {
    [TOOL_BRAND]: true,
    name,
    definition: shown,
    input,
    paramHeaders: readParamHeaders(input.json),
    output: outputSchema === undefined ? undefined : schemaOf(outputSchema, "outputSchema"),
    purposes: undefined,
    timeoutMs,
    task: { mode: undefined, afterMs: undefined, mayRepeat: false },
    permissions: undefined,
    isolation: undefined,
    handler: () => reject("a tool of another server has no handler here"),
    hosted,
    isUpstreams: true,
  };
  return Object.freeze(tool);
}

function schemaOf(schema: unknown, what: string): CompiledSchema {
  if (!isRecord(schema)) reject(`its ${what} is no object`);
  return compileForeignSchema(schema as JsonSchema);
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", what);
}
