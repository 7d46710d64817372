/** The prompts of one generation: found by name, listed in a stable order. */
import { GomcpError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { LIMITS } from "../base/limits.ts";
import { type Page, SortedList } from "../base/sorted_list.ts";
import type { Target } from "../pipeline/call.ts";
import { type CompletionRequest, completionTarget } from "../authoring/completion.ts";
import type { Prompt } from "./prompt.ts";
import { promptTarget } from "./prompt_target.ts";

/** A prompt with its definition, rendered once. */
export interface PromptEntry {
  /** The prompt as it was defined. */
  readonly prompt: Prompt;
  /** What the list shows of it. */
  readonly json: string;
  /** What calls of it go to. */
  readonly target: Target;
}

/** The prompts of a server. */
export interface PromptRegistry {
  /** How many there are. */
  readonly size: number;
  /** What getting a prompt goes to; undefined when there is none of that name. */
  find(name: string): Target | undefined;
  /** What completing an argument goes to; undefined when there is no prompt of that name. */
  findCompletion(name: string, request: CompletionRequest): Target | undefined;
  /** All of them, in the order of their names. */
  all(): readonly PromptEntry[];
  /** A page of the list; undefined for a cursor that this list never gave. */
  page(cursor?: string): Page<PromptEntry> | undefined;
}

/** @throws {GomcpError} `invalid_request` for a name that two prompts have, or too many. */
export function createPromptRegistry(prompts: readonly Prompt[], log: Logger): PromptRegistry {
  if (prompts.length > LIMITS.promptsMax) {
    const text = `Cannot serve ${prompts.length} prompts, expected at most ${LIMITS.promptsMax}`;
    throw new GomcpError("invalid_request", text);
  }
  const byName = new Map<string, PromptEntry>();
  for (const prompt of prompts) {
    if (byName.has(prompt.name)) {
      throw new GomcpError("invalid_request", `Cannot serve two prompts named "${prompt.name}"`);
    }
    const json = JSON.stringify(prompt.definition);
    byName.set(prompt.name, { prompt, json, target: promptTarget(prompt, log) });
  }
  const list = new SortedList("prompts", [...byName.values()], ({ prompt }) => prompt.name);
  return {
    size: byName.size,
    find: (name) => byName.get(name)?.target,
    findCompletion(name, request) {
      const prompt = byName.get(name)?.prompt;
      if (prompt === undefined) return undefined;
      return completionTarget(name, prompt, request, log);
    },
    all: () => list.items,
    page: (cursor) => list.page(cursor, LIMITS.toolsPageMax),
  };
}
