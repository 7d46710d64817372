/** What a prompt is: what authors write, and what it becomes once it is checked. */
import type { ArgumentsCheck } from "../pipeline/call.ts";
import type { Completer } from "../authoring/completion.ts";
import type { HandlerContext } from "../authoring/context.ts";
import type { Hosted } from "../authoring/hosted.ts";
import type { ContentBlock, Icon } from "../protocol/content.ts";
import type { ZodSchema } from "../authoring/schema_zod.ts";

/** One message of a prompt. */
export interface PromptMessage {
  /** Who says it. */
  readonly role: "user" | "assistant";
  /** What is said. */
  readonly content: ContentBlock;
}

/** What a handler returns: the text of one message of the user, messages, or a whole result. */
export type PromptReturn =
  | string
  | readonly PromptMessage[]
  | { readonly description?: string; readonly messages: readonly PromptMessage[] };

/** The arguments that a handler gets, by its schema. */
export type PromptArgs<A> = A extends ZodSchema<infer Output> ? Output
  : Readonly<Record<string, never>>;

/** What `definePrompt` takes. */
export interface PromptOptions<A extends ZodSchema | undefined = undefined> {
  /** 1 to 128 characters of A–Z, a–z, 0–9, `_`, `.` and `-`; unique in a server. */
  readonly name: string;
  /** For people. */
  readonly title?: string;
  /** What it is good for. */
  readonly description?: string;
  /**
   * A zod object of the arguments. They come as texts: `z.coerce.number()` takes one, `z.number()`
   * does not, and is refused. Without it the prompt takes none.
   */
  readonly arguments?: A;
  /** Pictures of it. */
  readonly icons?: readonly Icon[];
  /** The longest that it may take, such as "500ms". @default the server's `--timeout` */
  readonly timeout?: string;
  /** Proposals for the arguments. */
  readonly complete?: Readonly<Record<string, Completer>>;
  /** Makes the messages. What it throws becomes an error of the request. */
  readonly handler: (
    args: PromptArgs<A>,
    ctx: HandlerContext,
  ) => PromptReturn | Promise<PromptReturn>;
}

/** Marks prompts across copies of this module. */
export const PROMPT_BRAND: symbol = Symbol.for("gomcp.prompt");

/** A checked prompt, ready to be served. Made by `definePrompt`. */
export interface Prompt {
  /** As clients name it. */
  readonly name: string;
  /** What the list shows of it. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Checks the arguments. */
  readonly check: (args: unknown) => ArgumentsCheck;
  /** Its own deadline, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Proposals for its arguments. */
  readonly complete: Readonly<Record<string, Completer>>;
  /** Makes the messages. */
  // deno-lint-ignore no-explicit-any -- the schema, not the compiler, vouches for the arguments
  readonly handler: (args: any, ctx: HandlerContext) => unknown;
  /** Makes them in a tool host; undefined for a prompt that is made here. */
  readonly hosted?: Hosted | undefined;
}

export function isPrompt(value: unknown): value is Prompt {
  return typeof value === "object" && value !== null && PROMPT_BRAND in value;
}
