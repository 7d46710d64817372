/** What a tool is: what authors write, and what it becomes once it is checked. */
import type { HandlerContext } from "../authoring/context.ts";
import type { Hosted } from "../authoring/hosted.ts";
import type { ArgumentPurposes } from "../pipeline/purpose.ts";
import type { TargetTask } from "../pipeline/call.ts";
import type { ContentBlock, Icon, ToolResult } from "../protocol/content.ts";
import type { ParamHeader } from "../protocol/param_headers.ts";
import type { CompiledSchema, JsonSchema } from "../authoring/compiled_schema.ts";
import type { SchemaSource } from "../authoring/schema.ts";
import type { ZodSchema } from "../authoring/schema_zod.ts";

/** Hints about a tool's behaviour (MCP, server/tools: tool annotations). Clients must not trust them. */
export interface ToolAnnotations {
  /** A name for people. */
  readonly title?: string;
  /** It changes nothing. */
  readonly readOnlyHint?: boolean;
  /** It may destroy what was there; only meaningful unless `readOnlyHint`. */
  readonly destructiveHint?: boolean;
  /** The same call twice does no more than once; only meaningful unless `readOnlyHint`. */
  readonly idempotentHint?: boolean;
  /** It deals with the world outside, such as the web. */
  readonly openWorldHint?: boolean;
}

/**
 * What a tool in a process of its own may do, as lists of Deno's permission flags.
 * An inline tool runs in the server's process with the server's permissions.
 */
export interface ToolPermissions {
  /** Hosts, with or without a port. */
  readonly net?: readonly string[];
  /** Files and folders to read. */
  readonly read?: readonly string[];
  /** Files and folders to write. */
  readonly write?: readonly string[];
  /** Environment variables. */
  readonly env?: readonly string[];
  /** Programs to start. */
  readonly run?: readonly string[];
  /** Kinds of information about the system. */
  readonly sys?: readonly string[];
}

/** The arguments that a handler gets, by its input schema. */
export type ArgsOf<I> = I extends ZodSchema<infer Output> ? Output
  : I extends JsonSchema ? Readonly<Record<string, unknown>>
  : Readonly<Record<string, never>>;

/** The structured content that a handler may return, by its output schema. */
export type StructuredOf<O> = O extends ZodSchema<unknown, infer Input> ? Input
  : O extends JsonSchema ? unknown
  : Readonly<Record<string, unknown>>;

/**
 * What a handler returns. Without an `output` schema: a string, content blocks, an object
 * (structured content), or a full result. With one: the structured content, or a full result.
 */
export type HandlerReturn<O> =
  | (O extends SchemaSource ? never : string | readonly ContentBlock[])
  | StructuredOf<O>
  | ToolResult;

/** What `defineTool` takes. */
export interface ToolOptions<
  I extends SchemaSource | undefined = undefined,
  O extends SchemaSource | undefined = undefined,
> {
  /** 1 to 128 characters of A–Z, a–z, 0–9, `_`, `.` and `-`; unique in a server. */
  readonly name: string;
  /** For people. */
  readonly title?: string;
  /** For the model: when to use the tool, and what it gives. */
  readonly description: string;
  /** An object schema of the arguments. Without it the tool takes none. */
  readonly input?: I;
  /** The schema of the structured content. */
  readonly output?: O;
  /**
   * What arguments are for, by their names or by JSON Pointers: HTML in one that is for "html" is
   * no attack, a "path" may not climb. Without a word on it, an argument is "text".
   */
  readonly purposes?: ArgumentPurposes;
  /** Hints about its behaviour. */
  readonly annotations?: ToolAnnotations;
  /** Pictures of it. */
  readonly icons?: readonly Icon[];
  /**
   * The longest that a call may take, such as "500ms" or "2m".
   * @default the server's `--timeout`
   */
  readonly timeout?: string;
  /**
   * Whether calls of it go on as tasks, which outlive their request and the server's restart:
   * "optional" with clients that take tasks, "required" with no others. A call that its server was
   * lost with runs again where `annotations` say that it may: `idempotentHint` or `readOnlyHint`.
   * @default calls are tasks only where `--task-after` says so
   */
  readonly task?: "optional" | "required";
  /**
   * How long the client waits for the call itself before it goes on as a task, such as "2s"; 1 ms
   * to 24 h. Until then the call can end, and ask the client, without a task.
   * @default with `task`, it is one at once
   */
  readonly taskAfter?: string;
  /**
   * Where the tool runs when `gomcp serve` loads its module: "process", in a tool host, which can
   * do what `permissions` say and can be killed; "inline", in the server's own process, with all
   * that the server may do. A program that gives its tools to `createRuntime` runs them itself.
   * @default what `--isolation` says, which is "process"
   */
  readonly isolation?: "inline" | "process";
  /** What the tool needs, and gets in a tool host. An inline tool is not confined by it. */
  readonly permissions?: ToolPermissions;
  /** Does the work. What it throws becomes a result with `isError`, for the model to read. */
  readonly handler: (
    args: ArgsOf<I>,
    ctx: HandlerContext,
  ) => HandlerReturn<O> | Promise<HandlerReturn<O>>;
}

/** Marks tools across copies of this module, such as the one that a single-file build holds. */
export const TOOL_BRAND: symbol = Symbol.for("gomcp.tool");

/** A checked tool, ready to be served. Made by `defineTool`. */
export interface Tool {
  /** As callers name it. */
  readonly name: string;
  /** What `tools/list` shows of it. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Checks the arguments. */
  readonly input: CompiledSchema;
  /** The arguments that HTTP requests repeat as headers. */
  readonly paramHeaders: readonly ParamHeader[];
  /** Checks the structured content. */
  readonly output: CompiledSchema | undefined;
  /** What its arguments are for. */
  readonly purposes: ArgumentPurposes | undefined;
  /** Its own deadline, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** When its calls go on as tasks. */
  readonly task: TargetTask;
  /** What it said it needs. */
  readonly permissions: ToolPermissions | undefined;
  /** Where it said it runs. */
  readonly isolation: "inline" | "process" | undefined;
  /** Runs it in a tool host; undefined for a tool that runs here. */
  readonly hosted?: Hosted | undefined;
  /** It belongs to a server that is not ours. */
  readonly isUpstreams?: boolean | undefined;
  /** Does the work. */
  // deno-lint-ignore no-explicit-any -- the schema, not the compiler, vouches for the arguments
  readonly handler: (args: any, ctx: HandlerContext) => unknown;
}

export function isTool(value: unknown): value is Tool {
  return typeof value === "object" && value !== null && TOOL_BRAND in value;
}
