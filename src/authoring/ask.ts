/** Elicitation, sampling and roots, as handlers ask for them. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import type { Call } from "../pipeline/call.ts";
import type { InputMethod, InputRequest } from "../pipeline/input.ts";
import type { JsonSchema } from "./compiled_schema.ts";
import { checkFormSchema } from "./form_schema.ts";
import { compileSchema, type SchemaSource } from "./schema.ts";
import type { ZodSchema } from "./schema_zod.ts";

/** A form for the user. Never ask for secrets by a form (MCP, client/elicitation). */
export interface FormRequest<S extends SchemaSource = SchemaSource> {
  /** Names the question; needed only when a handler does not always ask the same in the same order. */
  readonly key?: string;
  /** What the user reads. */
  readonly message: string;
  /** A flat object of texts, numbers, booleans and choices; `elicit` rejects any other. */
  readonly schema: S;
}

/** A page that the user is sent to. */
export interface UrlRequest {
  /** Names the question; needed only when a handler does not always ask the same in the same order. */
  readonly key?: string;
  /** What the user reads. */
  readonly message: string;
  /** Where to. It carries no personal data and no credentials. */
  readonly url: string;
}

/** What the user did; `content` is there when a form was accepted. */
export type ElicitResult<T = Readonly<Record<string, unknown>>> =
  | { readonly action: "accept"; readonly content: T }
  | { readonly action: "decline" | "cancel"; readonly content?: undefined };

/** What is asked of the client's model (MCP, client/sampling; deprecated in 2026-07-28). */
export interface SampleRequest {
  /** Names the question; needed only when a handler does not always ask the same in the same order. */
  readonly key?: string;
  /** The text of one message of the user, or messages in MCP's form. */
  readonly messages: string | readonly Readonly<Record<string, unknown>>[];
  /** The longest answer that is wanted. */
  readonly maxTokens: number;
  /**
   * Anything else that MCP's request has, such as `systemPrompt`. `tools`, `toolChoice` and an
   * `includeContext` other than "none" need clients that have declared so, which `can("sample")`
   * does not ask for.
   */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What the client's model said. */
export interface SampleResult {
  /** Who says it, which is the assistant. */
  readonly role: string;
  /** What is said: a content block, or several. */
  readonly content: unknown;
  /** Which model. */
  readonly model: string;
  /** Why it ended. */
  readonly stopReason?: string;
}

/** A folder that the client has opened. */
export interface Root {
  /** `file:` URI. */
  readonly uri: string;
  /** For people. */
  readonly name?: string;
}

/** What an accepted form holds, by its schema. */
export type FormContent<S> = S extends ZodSchema<infer Output> ? Output
  : Readonly<Record<string, unknown>>;

/** What `ctx.can` asks about. */
export const EXAMPLES: Readonly<Record<"form" | "url" | "sample" | "roots", InputRequest>> = {
  form: { method: "elicitation/create", params: {} },
  url: { method: "elicitation/create", params: { mode: "url" } },
  sample: { method: "sampling/createMessage", params: {} },
  roots: { method: "roots/list", params: {} },
};

/** The questions of one call; questions without a key are numbered in their order. */
export class Questions {
  readonly #call: Call;
  #count = 0;

  constructor(call: Call) {
    this.#call = call;
  }

  async form<S extends SchemaSource>(
    request: FormRequest<S>,
  ): Promise<ElicitResult<FormContent<S>>> {
    const schema = compileSchema(request.schema, "input");
    const { $schema: _, ...requestedSchema } = schema.json as JsonSchema;
    checkFormSchema(requestedSchema);
    const params = { message: request.message, requestedSchema };
    const takes = (answer: unknown) =>
      isAction(answer) && (answer.action !== "accept" || schema.check(answer.content).ok);
    const answer = await this.#ask(request.key, "elicitation/create", params, takes);
    const { action, content } = answer as { action: string; content?: unknown };
    if (action !== "accept") return { action } as ElicitResult<FormContent<S>>;
    const check = schema.check(content);
    return { action, content: check.ok ? check.value : content } as ElicitResult<FormContent<S>>;
  }

  async url({ key, message, url }: UrlRequest): Promise<ElicitResult> {
    const params = { mode: "url", message, url };
    const answer = await this.#ask(key, "elicitation/create", params, isAction);
    return answer as unknown as ElicitResult;
  }

  async sample({ key, messages, maxTokens, more }: SampleRequest): Promise<SampleResult> {
    const list = typeof messages === "string"
      ? [{ role: "user", content: { type: "text", text: messages } }]
      : messages;
    const params = { ...more, messages: list, maxTokens };
    return await this.#ask(
      key,
      "sampling/createMessage",
      params,
      isSample,
    ) as unknown as SampleResult;
  }

  async roots(key?: string): Promise<readonly Root[]> {
    const answer = await this.#ask(key, "roots/list", {}, areRoots);
    return (answer as { roots: readonly Root[] }).roots;
  }

  /** Whether the client can be asked so. */
  can(what: "form" | "url" | "sample" | "roots"): boolean {
    return this.#call.asker?.can(EXAMPLES[what]) ?? false;
  }

  #ask(
    key: string | undefined,
    method: InputMethod,
    params: Readonly<Record<string, unknown>>,
    takes: (answer: unknown) => boolean,
  ): Promise<unknown> {
    this.#count++;
    const { asker } = this.#call;
    if (asker === undefined) {
      const text = "Cannot ask: this caller cannot be asked, expected a client of MCP";
      throw new GomcpError("capability_required", text);
    }
    return asker.ask(key ?? `input-${this.#count}`, { method, params }, takes);
  }
}

const ACTIONS: readonly unknown[] = ["accept", "decline", "cancel"];

/**
 * What an answer must be, as far as the question itself tells: for whoever passes on questions of
 * handlers that run elsewhere.
 *
 * @throws {GomcpError} `invalid_request` for a form whose schema is none.
 */
export function answerCheck({ method, params }: InputRequest): (answer: unknown) => boolean {
  if (method === "roots/list") return areRoots;
  if (method === "sampling/createMessage") return isSample;
  if (params.mode === "url") return isAction;
  const { requestedSchema } = params;
  if (!isRecord(requestedSchema)) {
    throw new GomcpError("invalid_request", "Cannot ask: the form has no schema");
  }
  checkFormSchema(requestedSchema);
  const schema = compileSchema(requestedSchema, "input");
  return (answer) =>
    isAction(answer) && (answer.action !== "accept" || schema.check(answer.content).ok);
}

function isSample(answer: unknown): boolean {
  return isRecord(answer) && typeof answer.content === "object" && answer.content !== null;
}

function areRoots(answer: unknown): boolean {
  return isRecord(answer) && Array.isArray(answer.roots) &&
    answer.roots.every((root) => isRecord(root) && typeof root.uri === "string");
}

function isAction(answer: unknown): answer is { action: string; content?: unknown } {
  return isRecord(answer) && ACTIONS.includes(answer.action);
}
