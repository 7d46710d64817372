/** What a record says of values without showing them: sizes, and hashes where they are asked for. */
import { utf8Length } from "../base/utf8_length.ts";
import { type Answered, type Completed, membersOf, type Outcome } from "../pipeline/outcome.ts";
import type { TextBlock } from "../protocol/content.ts";
import type { AuditLog } from "./audit_log.ts";
import type { AppliedRule } from "./policy.ts";
import type { AuditCode, OpenRecord } from "./record.ts";
import { jsonBytes, textBytes } from "./json_bytes.ts";
import { canonicalJson } from "./tenant_keys.ts";

/** `{"content":[{"type":"text","text":` and `}]}`. */
const TEXT_RESULT_BYTES = 37;
/** `,"isError":true`. */
const ERROR_BYTES = 15;

/** A value as a record has it. */
interface Measured {
  readonly hash: string | undefined;
  readonly text: string | undefined;
  readonly redacted: boolean;
}

/** Puts the arguments on record. Done when the call comes in: a tool may change them. */
export function measureArgs(log: AuditLog, rule: AppliedRule, record: OpenRecord, args: unknown) {
  const shown = rule.level === "request" || rule.level === "full";
  const bytes = sizeOf(args);
  record.argBytes = bytes;
  if (bytes === undefined) record.redacted = shown;
  if (bytes === undefined || (!shown && !rule.hashes)) return;
  const { hash, text, redacted } = measure(log, rule, record.tenant, args, shown);
  record.argHash = hash;
  record.args = text;
  record.redacted = redacted;
}

/** Puts the result on record. A problem's text is not a tool's: its code says what it is. */
export function measureOutcome(
  log: AuditLog,
  rule: AppliedRule,
  record: OpenRecord,
  outcome: Outcome,
) {
  if (outcome.kind === "problem" || outcome.kind === "input_required") return;
  const shown = rule.level === "full";
  if (!shown && !rule.hashes) {
    record.resultBytes = resultBytes(outcome);
    return;
  }
  const members = outcome.kind === "answer" ? outcome.members : membersOf(outcome);
  record.resultBytes = utf8Length(members) + 2;
  const value = JSON.parse(`{${members}}`);
  const { hash, text, redacted } = measure(log, rule, record.tenant, value, shown);
  record.resultHash = hash;
  record.result = text;
  record.redacted ||= redacted;
}

/** Most results are one text that nobody has rendered yet. */
function resultBytes(outcome: Completed | Answered): number {
  if (outcome.kind === "answer" || outcome.members !== undefined) {
    return utf8Length(outcome.members!) + 2;
  }
  const { content, isError } = outcome.result;
  const [only] = content;
  const isText = content.length === 1 && only!.type === "text" &&
    only!.annotations === undefined && only!._meta === undefined &&
    outcome.result.structuredContent === undefined;
  if (!isText) return utf8Length(membersOf(outcome)) + 2;
  return TEXT_RESULT_BYTES + textBytes((only as TextBlock).text) + (isError ? ERROR_BYTES : 0);
}

function measure(
  { keys, policy }: AuditLog,
  rule: AppliedRule,
  tenant: string,
  value: unknown,
  shown: boolean,
): Measured {
  const hash = (each: string) => keys.hash(tenant, each);
  const shows = shown ? policy.redact(value, hash) : NOTHING;
  const text = rule.hashes ? canonicalJson(value) : undefined;
  return {
    hash: text === undefined ? undefined : hash(text),
    text: shows.text,
    redacted: shows.redacted || (rule.hashes && text === undefined),
  };
}

const NOTHING = { text: undefined, redacted: false } as const;

/** Undefined for what cannot be JSON; such arguments come from the program itself only. */
function sizeOf(value: unknown): number | undefined {
  try {
    return jsonBytes(value);
  } catch {
    return undefined;
  }
}

/** How a call ended, in one word. */
export function codeOf(outcome: Outcome): AuditCode {
  switch (outcome.kind) {
    case "problem":
      return outcome.problem.code;
    case "input_required":
      return "input_required";
    case "answer":
      return "ok";
    case "result":
      return outcome.result.isError === true ? "tool_error" : "ok";
  }
}

const NAME_CHARS_MAX = 200;

/** A name comes from the client: in bounded length only. */
export function nameOf(name: string): string {
  return name.length > NAME_CHARS_MAX ? name.slice(0, NAME_CHARS_MAX) : name;
}
