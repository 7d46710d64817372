/** What a tool is: what authors write, and what it becomes once it is checked. */
import type * as z from "zod";
import type { Logger } from "../base/log.ts";
import type { ClientInfo } from "../pipeline/call.ts";
import type { ContentBlock, ToolResult } from "../protocol/content.ts";
import type { CompiledSchema, JsonSchema } from "./compiled_schema.ts";
import type { SchemaSource } from "./schema.ts";

/** Hints about a tool's behaviour (MCP, server/tools: tool annotations). Clients must not trust them. */
export interface ToolAnnotations {
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

/** A picture for the tool (MCP, basic: icons). */
export interface ToolIcon {
  /** `https:` or `data:` URI. */
  readonly src: string;
  readonly mimeType?: string;
  readonly sizes?: readonly string[];
  readonly theme?: "light" | "dark";
}

/**
 * What a tool in a process of its own may do, as lists of Deno's permission flags.
 * An inline tool runs in the server's process with the server's permissions.
 */
export interface ToolPermissions {
  readonly net?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly env?: readonly string[];
  readonly run?: readonly string[];
  readonly sys?: readonly string[];
}

/** What a handler gets beside its arguments. */
export interface ToolContext {
  /** Aborts when the call is cancelled, passes its deadline, or the server stops. */
  readonly signal: AbortSignal;
  /**
   * Tells the client how far the work is, if the client asked to know. Values that do
   * not grow are left out, as MCP demands (basic/utilities/progress).
   */
  readonly progress: (done: number, total?: number, message?: string) => void;
  /** Goes to the server's log, and to the client as far as it asked for log messages. */
  readonly log: Logger;
  readonly tenant: string;
  readonly client: ClientInfo;
  readonly requestId: string | number;
}

type ArgsOf<I> = I extends z.ZodType ? z.output<I>
  : I extends JsonSchema ? Readonly<Record<string, unknown>>
  : Readonly<Record<string, never>>;

type StructuredOf<O> = O extends z.ZodType ? z.input<O> : O extends JsonSchema ? unknown
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
  readonly annotations?: ToolAnnotations;
  readonly icons?: readonly ToolIcon[];
  /**
   * The longest that a call may take, such as "500ms" or "2m".
   * @default the server's `--timeout`
   */
  readonly timeout?: string;
  /**
   * Where the tool runs: "inline", in the server's process, is what this version has.
   * @default "inline"
   */
  readonly isolation?: "inline";
  /** What the tool needs. Declared for readers and tooling: an inline tool is not confined by it. */
  readonly permissions?: ToolPermissions;
  readonly handler: (
    args: ArgsOf<I>,
    ctx: ToolContext,
  ) => HandlerReturn<O> | Promise<HandlerReturn<O>>;
}

/** Marks tools across copies of this module, such as the one that a single-file build holds. */
export const TOOL_BRAND: symbol = Symbol.for("gomcp.tool");

/** A checked tool, ready to be served. Made by `defineTool`. */
export interface Tool {
  readonly name: string;
  /** What `tools/list` shows of it. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly input: CompiledSchema;
  readonly output: CompiledSchema | undefined;
  readonly timeoutMs: number | undefined;
  readonly permissions: ToolPermissions | undefined;
  // deno-lint-ignore no-explicit-any -- the schema, not the compiler, vouches for the arguments
  readonly handler: (args: any, ctx: ToolContext) => unknown;
}

export function isTool(value: unknown): value is Tool {
  return typeof value === "object" && value !== null && TOOL_BRAND in value;
}
