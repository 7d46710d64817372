/** zod 4 schemas, compiled by zod itself. */
import type * as z from "zod";
import { describeThrown, GomcpError } from "../base/errors.ts";
import { pointerStep } from "../base/json.ts";
import { hasZod } from "../base/schema_engines.ts";
import type { ArgumentsCheck } from "../pipeline/call.ts";
import type { CompiledSchema, JsonSchema } from "./compiled_schema.ts";
import { checkOnStack } from "./too_deep.ts";

// Awaited here, so that whoever defines a tool need not wait.
const loaded = hasZod() ? await import("zod") : undefined;

/** Any zod 4 schema, of whichever copy of zod, by what all of them have. */
export interface ZodSchema<Output = unknown, Input = unknown> {
  /** zod's own side of the schema; here only for the types that it carries. */
  readonly _zod: { readonly output: Output; readonly input: Input };
}

/** True for a zod 4 schema of whichever copy of zod; zod 3 has no `_zod`. */
export function isZodSchema(source: unknown): source is ZodSchema {
  return typeof source === "object" && source !== null && "_zod" in source;
}

export function compileZod(schema: ZodSchema, side: "input" | "output"): CompiledSchema {
  return { json: toJson(schema, side), check: (value) => checkOnStack(() => check(schema, value)) };
}

function toJson(schema: ZodSchema, side: "input" | "output"): JsonSchema {
  try {
    // Whoever sends arguments sees what may be sent, whoever reads results what may come.
    const { "~standard": _, ...json } = zod().toJSONSchema(schema as z.ZodType, {
      target: "draft-2020-12",
      io: side,
    }) as Record<string, unknown>;
    return json;
  } catch (cause) {
    throw new GomcpError(
      "invalid_request",
      `its ${side} schema cannot be shown as JSON Schema: ${describeThrown(cause)}`,
      { cause },
    );
  }
}

function check(schema: ZodSchema, value: unknown): ArgumentsCheck {
  const parsed = parse(schema, value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0]!;
  return { ok: false, pointer: issue.path.map(pointerStep).join(""), detail: issue.message };
}

function parse(schema: ZodSchema, value: unknown) {
  try {
    return (schema as z.ZodType).safeParse(value);
  } catch (cause) {
    if (!(cause instanceof zod().core.$ZodAsyncError)) throw cause;
    const text = "The tool's schema has an asynchronous check, which cannot be used here";
    throw new GomcpError("tool_error", text, { cause });
  }
}

/** @throws {GomcpError} `internal` in a tool host whose module was taken for one without such schemas. */
function zod(): typeof z {
  if (loaded !== undefined) return loaded;
  const text =
    'zod is not loaded here: import "zod", or a package that has it, by its literal name';
  throw new GomcpError("internal", text);
}
