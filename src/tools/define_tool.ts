/** `defineTool`: checks what an author wrote, completely and at once. */
import { readTimeout } from "../base/duration.ts";
import { describeThrown, GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { CompiledSchema } from "../authoring/compiled_schema.ts";
import { compileSchema, type SchemaSource } from "../authoring/schema.ts";
import { readParamHeaders } from "../protocol/param_headers.ts";
import { checkIcons, NAME } from "../authoring/identity.ts";
import { checkPurposes } from "./purposes.ts";
import { type Tool, TOOL_BRAND, type ToolOptions, type ToolPermissions } from "./tool.ts";
import type { TargetTask } from "../pipeline/call.ts";

const NO_ARGUMENTS = { type: "object", properties: {}, additionalProperties: false } as const;
const KEYS = new Set([
  "name",
  "title",
  "description",
  "input",
  "output",
  "purposes",
  "annotations",
  "icons",
  "timeout",
  "task",
  "taskAfter",
  "isolation",
  "permissions",
  "handler",
]);
const HINTS = new Set([
  "title",
  "readOnlyHint",
  "destructiveHint",
  "idempotentHint",
  "openWorldHint",
]);
const PERMISSIONS = new Set(["net", "read", "write", "env", "run", "sys"]);

/**
 * Makes a tool of a name, a description, schemas and a handler.
 *
 * @example
 * ```ts
 * import { createRuntime, defineTool } from "gomcp";
 * import { z } from "zod";
 *
 * const add = defineTool({
 *   name: "add",
 *   description: "Adds two numbers.",
 *   input: z.object({ a: z.number(), b: z.number() }),
 *   handler: ({ a, b }) => `${a + b}`,
 * });
 *
 * const runtime = createRuntime({ tools: [add] });
 * const outcome = await runtime.callTool("add", { a: 1, b: 2 });
 * if (outcome.kind !== "result") throw new Error(outcome.problem.detail);
 * if (JSON.stringify(outcome.result.content) !== '[{"type":"text","text":"3"}]') throw new Error();
 * await runtime.shutdown();
 * ```
 *
 * @throws {GomcpError} `invalid_request` naming the tool and what is wrong with it.
 */
export function defineTool<
  const I extends SchemaSource | undefined = undefined,
  const O extends SchemaSource | undefined = undefined,
>(options: ToolOptions<I, O>): Tool {
  const name = checkName(options);
  try {
    return build(name, options as unknown as ToolOptions<SchemaSource, SchemaSource>);
  } catch (cause) {
    const what = `Cannot define tool "${name}": ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", what, { cause });
  }
}

function build(name: string, options: ToolOptions<SchemaSource, SchemaSource>): Tool {
  checkShape(options);
  const input = compileInput(options.input);
  const output = options.output === undefined ? undefined : compileSchema(options.output, "output");
  const definition = renderDefinition(options, input, output);
  const tool: Tool & Record<symbol, unknown> = {
    [TOOL_BRAND]: true,
    name,
    definition,
    input,
    paramHeaders: readParamHeaders(input.json),
    output,
    purposes: checkPurposes(options.purposes, input.json),
    timeoutMs: readTimeout(options.timeout),
    task: readTask(options),
    permissions: options.permissions,
    isolation: options.isolation,
    handler: options.handler,
  };
  return Object.freeze(tool);
}

function checkName(options: unknown): string {
  const name = isRecord(options) ? options.name : undefined;
  if (typeof name === "string" && NAME.test(name)) return name;
  const shown = typeof name === "string" ? JSON.stringify(name.slice(0, 140)) : kindOf(name);
  throw new GomcpError(
    "invalid_request",
    `Cannot define tool: its name is ${shown}, expected 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-"`,
  );
}

function checkShape(options: ToolOptions<SchemaSource, SchemaSource>): void {
  for (const key of Object.keys(options)) {
    if (!KEYS.has(key)) reject(`"${key}" is not a known option`);
  }
  const { description, title, handler, annotations, icons, isolation, permissions, task } = options;
  if (typeof description !== "string" || description.trim() === "") {
    reject("its description is missing, expected a sentence for the model");
  }
  if (title !== undefined && typeof title !== "string") reject("its title is no string");
  if (typeof handler !== "function") reject(`its handler is ${kindOf(handler)}, expected function`);
  if (isolation !== undefined && isolation !== "inline" && isolation !== "process") {
    reject(`its isolation is ${JSON.stringify(isolation)}, expected "inline" or "process"`);
  }
  if (task !== undefined && task !== "optional" && task !== "required") {
    reject(`its task is ${JSON.stringify(task)}, expected "optional" or "required"`);
  }
  checkAnnotations(annotations);
  checkIcons(icons);
  checkPermissions(permissions);
}

function readTask(options: ToolOptions<SchemaSource, SchemaSource>): TargetTask {
  const { task, taskAfter, annotations } = options;
  return {
    mode: task,
    afterMs: readTimeout(taskAfter, "taskAfter"),
    mayRepeat: annotations?.idempotentHint === true || annotations?.readOnlyHint === true,
  };
}

function checkAnnotations(annotations: unknown): void {
  if (annotations === undefined) return;
  if (!isRecord(annotations)) return reject("its annotations are no object");
  for (const [key, value] of Object.entries(annotations)) {
    if (!HINTS.has(key)) reject(`annotation "${key}" is not one of ${[...HINTS].join(", ")}`);
    const expected = key === "title" ? "string" : "boolean";
    if (kindOf(value) !== expected) reject(`annotation "${key}" is no ${expected}`);
  }
}

/** @throws {GomcpError} `invalid_request` for what is no declaration of permissions. */
export function checkPermissions(
  permissions: unknown,
): asserts permissions is ToolPermissions | undefined {
  if (permissions === undefined) return;
  if (!isRecord(permissions)) return reject("its permissions are no object");
  for (const [key, value] of Object.entries(permissions)) {
    if (!PERMISSIONS.has(key)) {
      reject(`permission "${key}" is not one of ${[...PERMISSIONS].join(", ")}`);
    }
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      reject(`permission "${key}" is no list of strings`);
    }
  }
}

function compileInput(source: SchemaSource | undefined): CompiledSchema {
  const input = compileSchema(source ?? NO_ARGUMENTS, "input");
  if (input.json.type !== "object") {
    reject(`its input schema has the type ${JSON.stringify(input.json.type)}, expected "object"`);
  }
  return input;
}

function renderDefinition(
  options: ToolOptions<SchemaSource, SchemaSource>,
  input: CompiledSchema,
  output: CompiledSchema | undefined,
): Readonly<Record<string, unknown>> {
  const { name, title, description, annotations, icons } = options;
  const definition = {
    name,
    ...(title !== undefined && { title }),
    description,
    inputSchema: input.json,
    ...(output !== undefined && { outputSchema: output.json }),
    ...(annotations !== undefined && { annotations }),
    ...(icons !== undefined && { icons }),
  };
  const bytes = new TextEncoder().encode(toJson(definition)).length;
  if (bytes > LIMITS.toolDefinitionBytesMax) {
    reject(`its definition has ${bytes} bytes, expected at most ${LIMITS.toolDefinitionBytesMax}`);
  }
  return definition;
}

function toJson(definition: unknown): string {
  try {
    return JSON.stringify(definition);
  } catch (cause) {
    return reject(`its definition cannot be shown as JSON: ${describeThrown(cause)}`);
  }
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", what);
}
