/** `definePrompt`: checks what an author wrote, completely and at once. */
import { readTimeout } from "../base/duration.ts";
import { describeThrown, GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { checkCompleters } from "../authoring/completion.ts";
import { checkIcons, checkOptionNames, checkTexts, NAME } from "../authoring/identity.ts";
import { compileZod, isZodSchema, type ZodSchema } from "../authoring/schema_zod.ts";
import { membersOf, takesText } from "../authoring/takes_text.ts";
import type { CompiledSchema } from "../authoring/compiled_schema.ts";
import { type Prompt, PROMPT_BRAND, type PromptOptions } from "./prompt.ts";

const KEYS = new Set([
  "name",
  "title",
  "description",
  "arguments",
  "icons",
  "timeout",
  "complete",
  "handler",
]);

/**
 * Makes a prompt of a name, arguments and a handler.
 *
 * @example
 * ```ts
 * import { definePrompt } from "gomcp";
 * import { z } from "zod";
 *
 * export const review = definePrompt({
 *   name: "review",
 *   description: "Asks for a review of code.",
 *   arguments: z.object({ code: z.string().describe("What to review.") }),
 *   handler: ({ code }) => `Please review this code:\n${code}`,
 * });
 * if (review.name !== "review") throw new Error();
 * ```
 *
 * @throws {GomcpError} `invalid_request` naming the prompt and what is wrong with it.
 */
export function definePrompt<const A extends ZodSchema | undefined = undefined>(
  options: PromptOptions<A>,
): Prompt {
  const name = isRecord(options) ? options.name : undefined;
  try {
    return build(options as unknown as PromptOptions<ZodSchema>);
  } catch (cause) {
    const what = `Cannot define prompt ${JSON.stringify(name) ?? "without a name"}`;
    throw new GomcpError("invalid_request", `${what}: ${describeThrown(cause)}`, { cause });
  }
}

function build(options: PromptOptions<ZodSchema>): Prompt {
  checkOptionNames(options, KEYS);
  const { name, title, description, icons, timeout, handler, complete = {} } = options;
  if (typeof name !== "string" || !NAME.test(name)) {
    reject('its name is not 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-"');
  }
  if (typeof handler !== "function") reject(`its handler is ${kindOf(handler)}, expected function`);
  checkTexts({ title, description });
  checkIcons(icons);
  const schema = compileArguments(options.arguments);
  const listed = schema === undefined ? [] : listArguments(schema);
  checkCompleters(complete, listed.map((argument) => argument.name));
  const definition = {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(listed.length > 0 && { arguments: listed }),
    ...(icons !== undefined && { icons }),
  };
  const prompt: Prompt & Record<symbol, unknown> = {
    [PROMPT_BRAND]: true,
    name,
    definition,
    check: (args) => schema === undefined ? { ok: true, value: {} } : schema.check(args),
    timeoutMs: readTimeout(timeout),
    complete,
    handler,
  };
  return Object.freeze(prompt);
}

function compileArguments(source: ZodSchema | undefined): CompiledSchema | undefined {
  if (source === undefined) return undefined;
  if (!isZodSchema(source)) reject("its arguments are no zod 4 schema");
  const schema = compileZod(source, "input");
  if (schema.json.type !== "object") reject("its arguments are no zod object");
  for (const [name, member] of Object.entries(membersOf(source))) {
    if (takesText(member)) continue;
    const expected = "expected such as z.string(), z.enum([…]) or z.coerce.number()";
    reject(`its argument "${name}" takes no text, ${expected}`);
  }
  return schema;
}

interface ListedArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required: boolean;
}

/** Prompts list their arguments by name (MCP, server/prompts), not as a schema. */
function listArguments({ json }: CompiledSchema): ListedArgument[] {
  const required = Array.isArray(json.required) ? json.required : [];
  const properties = isRecord(json.properties) ? json.properties : {};
  return Object.entries(properties).map(([name, schema]) => {
    const { title, description } = isRecord(schema) ? schema : {};
    return {
      name,
      ...(typeof title === "string" && { title }),
      ...(typeof description === "string" && { description }),
      required: required.includes(name),
    };
  });
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", what);
}
