/** What a record says of values without showing them: sizes, and hashes where they are asked for. */
import type { Call } from "../pipeline/call.ts";
import { type Answered, type Completed, membersOf, type Outcome } from "../pipeline/outcome.ts";
import type { TextBlock } from "../protocol/content.ts";
import type { AuditLog } from "./audit_log.ts";
import type { AppliedRule } from "./policy.ts";
import type { AuditCode } from "./record.ts";
import { jsonBytes, textBytes, utf8Bytes } from "./json_bytes.ts";
import { canonicalJson } from "./tenant_keys.ts";

/** The part of an entry that is about a value. */
export interface Measured {
  readonly bytes: number | undefined;
  readonly hash: string | undefined;
  readonly text: string | undefined;
  readonly redacted: boolean;
}

const NOTHING: Measured = { bytes: undefined, hash: undefined, text: undefined, redacted: false };
/** `{"content":[{"type":"text","text":` and `}]}`. */
const TEXT_RESULT_BYTES = 37;
/** `,"isError":true`. */
const ERROR_BYTES = 15;

/** Taken when the call comes in: a tool may change its arguments. */
export function measureArgs(log: AuditLog, call: Call, rule: AppliedRule): Measured {
  const shown = rule.level === "request" || rule.level === "full";
  return measure(log, call, call.args, sizeOf(call.args), rule, shown);
}

/** A problem's text is not a tool's: its code says what it is. */
export function measureOutcome(
  log: AuditLog,
  call: Call,
  outcome: Outcome,
  rule: AppliedRule,
): Measured {
  if (outcome.kind === "problem" || outcome.kind === "input_required") return NOTHING;
  const shown = rule.level === "full";
  if (!shown && !rule.hashes) return sized(resultBytes(outcome));
  const members = outcome.kind === "answer" ? outcome.members : membersOf(outcome);
  return measure(log, call, JSON.parse(`{${members}}`), utf8Bytes(members) + 2, rule, shown);
}

function sized(bytes: number): Measured {
  return { bytes, hash: undefined, text: undefined, redacted: false };
}

/** Most results are one text that nobody has rendered yet. */
function resultBytes(outcome: Completed | Answered): number {
  if (outcome.kind === "answer" || outcome.members !== undefined) {
    return utf8Bytes(outcome.members!) + 2;
  }
  const { content, isError } = outcome.result;
  const [only] = content;
  const isText = content.length === 1 && only!.type === "text" &&
    only!.annotations === undefined && only!._meta === undefined &&
    outcome.result.structuredContent === undefined;
  if (!isText) return utf8Bytes(membersOf(outcome)) + 2;
  return TEXT_RESULT_BYTES + textBytes((only as TextBlock).text) + (isError ? ERROR_BYTES : 0);
}

function measure(
  log: AuditLog,
  call: Call,
  value: unknown,
  bytes: number | undefined,
  rule: AppliedRule,
  shown: boolean,
): Measured {
  if (bytes === undefined) return { ...NOTHING, redacted: shown };
  if (!shown && !rule.hashes) return sized(bytes);
  const { keys, policy } = log;
  const hash = (each: string) => keys.hash(call.tenant, each);
  const values = shown ? policy.redact(value, hash) : NOTHING;
  return {
    bytes,
    hash: rule.hashes ? hash(canonicalJson(value)!) : undefined,
    text: values.text,
    redacted: values.redacted,
  };
}

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
