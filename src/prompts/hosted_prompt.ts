/** A prompt that a tool host has, made of what the host says of it. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import type { Completer } from "../authoring/completion.ts";
import type { Hosted } from "../authoring/hosted.ts";
import { checkIcons, checkTexts, NAME } from "../authoring/identity.ts";
import { type Prompt, PROMPT_BRAND } from "./prompt.ts";

/** What is known of a hosted prompt. */
export interface HostedPromptOptions {
  /** As lists show it; not to be trusted. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number | undefined;
  readonly complete: Readonly<Record<string, Completer>>;
  readonly hosted: Hosted;
}

/** @throws {GomcpError} `invalid_request` when the definition is none of a prompt's. */
export function hostedPrompt(options: HostedPromptOptions): Prompt {
  const { definition, timeoutMs, complete, hosted } = options;
  const { name, title, description, icons, arguments: listed } = definition;
  if (typeof name !== "string" || !NAME.test(name)) reject("a prompt has no usable name");
  checkTexts({ title, description });
  checkIcons(icons);
  if (listed !== undefined && !(Array.isArray(listed) && listed.every(isArgument))) {
    reject(`the arguments of prompt "${name}" are no list of arguments`);
  }
  const prompt: Prompt & Record<symbol, unknown> = {
    [PROMPT_BRAND]: true,
    name,
    definition,
    // The host checks them by the schema that only it has.
    check: (args) => ({ ok: true, value: args }),
    timeoutMs,
    complete,
    handler: () => reject("a hosted prompt has no handler here"),
    hosted,
  };
  return Object.freeze(prompt);
}

function isArgument(value: unknown): boolean {
  if (!isRecord(value) || typeof value.name !== "string") return false;
  checkTexts({ title: value.title, description: value.description });
  return typeof value.required === "boolean";
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", what);
}
