/** What is done to results on their way out: no terminal is steered, no secret leaks unseen. */
import { isPlainJson, isRecord } from "../base/json.ts";
import type { Completed, Outcome } from "../pipeline/outcome.ts";
import type { ContentBlock } from "../protocol/content.ts";
import type { OutputPolicy } from "./policy.ts";
import { maskSecrets } from "./secrets.ts";

// deno-lint-ignore no-control-regex -- control characters are what this looks for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;
/**
 * ECMA-48: control sequences (CSI), and strings for the terminal (OSC, DCS, SOS, PM, APC) up to
 * their terminator; what is left are single controls, of two characters or one.
 */
const SEQUENCES =
  // deno-lint-ignore no-control-regex -- control characters are what this looks for
  /(?:\x1b\[|\x9b)[0-?]{0,100}[ -\/]{0,10}[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\|\x9c)?|\x1b[ -\/]{0,3}[0-~]?|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** The expressions, for the test that proves them harmless. */
export const OUTPUT_EXPRESSIONS: readonly RegExp[] = [CONTROL, SEQUENCES];

/** Takes out what terminals act on; newline, tab and carriage return stay. */
export function stripTerminal(text: string): string {
  return CONTROL.test(text) ? text.replace(SEQUENCES, "") : text;
}

/** An outcome as it may go out, and how many secrets were in it. */
export interface Cleaned {
  readonly outcome: Outcome;
  readonly secrets: number;
}

/** The same object comes back when there is nothing to do. */
export function cleanOutcome(outcome: Outcome, policy: OutputPolicy): Cleaned {
  if (outcome.kind === "result") return cleanResult(outcome, policy);
  if (outcome.kind !== "answer" || policy.secrets === "off") return { outcome, secrets: 0 };
  const { text, count } = maskSecrets(outcome.members);
  const changed = count > 0 && policy.secrets === "mask";
  return { outcome: changed ? { ...outcome, members: text } : outcome, secrets: count };
}

/** True when a result needs no second look: the answer for nearly all of them. */
export function isClean(outcome: Outcome, policy: OutputPolicy): boolean {
  if (policy.secrets !== "off") return false;
  if (outcome.kind !== "result" || policy.terminal === "keep") return true;
  for (const block of outcome.result.content) {
    const text = textOf(block);
    if (text !== undefined && !isPlainJson(text) && CONTROL.test(text)) return false;
  }
  return true;
}

function textOf(block: ContentBlock): string | undefined {
  if (block.type === "text") return block.text;
  return block.type === "resource" && "text" in block.resource ? block.resource.text : undefined;
}

function cleanResult(outcome: Completed, policy: OutputPolicy): Cleaned {
  let secrets = 0;
  let changed = false;
  const clean = (text: string, isText: boolean): string => {
    let cleaned = isText && policy.terminal === "strip" ? stripTerminal(text) : text;
    if (policy.secrets !== "off") {
      const masked = maskSecrets(cleaned);
      secrets += masked.count;
      if (policy.secrets === "mask") cleaned = masked.text;
    }
    changed ||= cleaned !== text;
    return cleaned;
  };
  const { result } = outcome;
  const content = result.content.map((block) => cleanBlock(block, clean));
  const structuredContent = policy.secrets === "off"
    ? result.structuredContent
    : mapStrings(result.structuredContent, (text) => clean(text, false));
  if (!changed) return { outcome, secrets };
  const more = structuredContent === undefined ? {} : { structuredContent };
  return {
    outcome: { ...outcome, result: { ...result, content, ...more }, members: undefined },
    secrets,
  };
}

function cleanBlock(
  block: ContentBlock,
  clean: (text: string, isText: boolean) => string,
): ContentBlock {
  if (block.type === "text") return { ...block, text: clean(block.text, true) };
  if (block.type !== "resource" || !("text" in block.resource)) return block;
  const { resource } = block;
  return { ...block, resource: { ...resource, text: clean(resource.text, true) } };
}

/** Structured content is JSON that has been rendered once: no deeper than that allows. */
function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapStrings(each, map)]),
  );
}
