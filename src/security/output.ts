/** What is done to results on their way out: no terminal is steered, no secret leaks unseen. */
import { isPlainJson, isRecord } from "../base/json.ts";
import type { CallEvent } from "../pipeline/call.ts";
import { type Answered, answered, type Completed, type Outcome } from "../pipeline/outcome.ts";
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

/** In JSON text they are escaped, but for DEL and what is behind it. */
const CONTROL_IN_JSON = /\\(?:[bf]|u00[0189]|u007f)|[\x7f-\x9f]/i;

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
  const cleaner = new Cleaner(policy);
  const cleaned = cleanWith(cleaner, outcome);
  return { outcome: cleaner.changed ? cleaned : outcome, secrets: cleaner.secrets };
}

function cleanWith(cleaner: Cleaner, outcome: Outcome): Outcome {
  if (outcome.kind === "result") return cleanResult(cleaner, outcome);
  return outcome.kind === "answer" ? cleanAnswer(cleaner, outcome) : outcome;
}

/** A handler's word ahead of its result, as it may go out; the same object when nothing is to do. */
export function cleanEvent(event: CallEvent, policy: OutputPolicy): CleanedEvent {
  const cleaner = new Cleaner(policy);
  const cleaned = cleanEventWith(cleaner, event);
  return { event: cleaner.changed ? cleaned : event, secrets: cleaner.secrets };
}

/** An event as it may go out, and how many secrets were in it. */
export interface CleanedEvent {
  readonly event: CallEvent;
  readonly secrets: number;
}

function cleanEventWith(cleaner: Cleaner, event: CallEvent): CallEvent {
  switch (event.kind) {
    case "content":
      return { ...event, block: cleanBlock(cleaner, event.block) };
    case "log":
      return { ...event, data: mapStrings(event.data, (text) => cleaner.shown(text)) };
    case "progress":
      return event.message === undefined
        ? event
        : { ...event, message: cleaner.shown(event.message) };
  }
}

/** True when a result needs no second look: the answer for nearly all of them. */
export function isClean(outcome: Outcome, policy: OutputPolicy): boolean {
  if (policy.secrets !== "off") return false;
  if (policy.terminal === "keep") return true;
  if (outcome.kind === "answer") return !CONTROL_IN_JSON.test(outcome.members);
  return outcome.kind !== "result" || outcome.result.content.every(isCleanBlock);
}

function isCleanBlock(block: ContentBlock): boolean {
  const text = textOf(block);
  return text === undefined || isPlainJson(text) || !CONTROL.test(text);
}

function textOf(block: ContentBlock): string | undefined {
  if (block.type === "text") return block.text;
  return block.type === "resource" && "text" in block.resource ? block.resource.text : undefined;
}

/** What one outcome comes to, by a policy. */
class Cleaner {
  secrets = 0;
  changed = false;

  constructor(readonly policy: OutputPolicy) {}

  /** Text that somebody reads, perhaps in a terminal. */
  shown(text: string): string {
    const stripped = this.policy.terminal === "strip" ? stripTerminal(text) : text;
    this.changed ||= stripped !== text;
    return this.masked(stripped);
  }

  /** Text in data for programs: what is in it stays, but for secrets. */
  masked(text: string): string {
    if (this.policy.secrets === "off") return text;
    const masked = maskSecrets(text);
    this.secrets += masked.count;
    if (this.policy.secrets !== "mask" || masked.count === 0) return text;
    this.changed = true;
    return masked.text;
  }
}

function cleanResult(cleaner: Cleaner, outcome: Completed): Completed {
  const { result } = outcome;
  const content = result.content.map((block) => cleanBlock(cleaner, block));
  const structuredContent = cleaner.policy.secrets === "off"
    ? result.structuredContent
    : mapStrings(result.structuredContent, (text) => cleaner.masked(text));
  const more = structuredContent === undefined ? {} : { structuredContent };
  return { ...outcome, result: { ...result, content, ...more }, members: undefined };
}

/** A resource's contents, a prompt's messages, proposals: all of it is to be read. */
function cleanAnswer(cleaner: Cleaner, outcome: Answered): Answered {
  const value = JSON.parse(`{${outcome.members}}`);
  const cleaned = mapStrings(value, (text) => cleaner.shown(text));
  return cleaner.changed ? answered(JSON.stringify(cleaned).slice(1, -1)) : outcome;
}

function cleanBlock(cleaner: Cleaner, block: ContentBlock): ContentBlock {
  if (block.type === "text") return { ...block, text: cleaner.shown(block.text) };
  if (block.type !== "resource" || !("text" in block.resource)) return block;
  const { resource } = block;
  return { ...block, resource: { ...resource, text: cleaner.shown(resource.text) } };
}

/** What is mapped is JSON that has been rendered once: no deeper than that allows. */
function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapStrings(each, map)]),
  );
}
