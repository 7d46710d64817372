/** What a record says of values without showing them: sizes, and hashes where they are asked for. */
import type { Call } from "../pipeline/call.ts";
import { membersOf, type Outcome } from "../pipeline/outcome.ts";
import type { AuditLog } from "./audit_log.ts";
import type { AppliedRule } from "./policy.ts";
import type { AuditCode } from "./record.ts";
import { canonicalJson } from "./tenant_keys.ts";

/** The part of an entry that is about a value. */
export interface Measured {
  readonly bytes: number | undefined;
  readonly hash: string | undefined;
  readonly text: string | undefined;
  readonly redacted: boolean;
}

const NOTHING: Measured = { bytes: undefined, hash: undefined, text: undefined, redacted: false };
const LONG_CHARS = 4_096;
const ENCODER = new TextEncoder();

/** Taken when the call comes in: a tool may change its arguments. */
export function measureArgs(log: AuditLog, call: Call, rule: AppliedRule): Measured {
  const shown = rule.level === "request" || rule.level === "full";
  return measure(log, call, call.args, jsonOf(call.args), rule, shown);
}

/** A problem's text is not a tool's: its code says what it is. */
export function measureOutcome(
  log: AuditLog,
  call: Call,
  outcome: Outcome,
  rule: AppliedRule,
): Measured {
  if (outcome.kind === "problem" || outcome.kind === "input_required") return NOTHING;
  const members = outcome.kind === "answer" ? outcome.members : membersOf(outcome);
  const shown = rule.level === "full";
  if (!shown && !rule.hashes) return { ...NOTHING, bytes: utf8Bytes(members) + 2 };
  const text = `{${members}}`;
  return measure(log, call, JSON.parse(text), text, rule, shown);
}

function measure(
  log: AuditLog,
  call: Call,
  value: unknown,
  text: string | undefined,
  rule: AppliedRule,
  shown: boolean,
): Measured {
  if (text === undefined) return { ...NOTHING, redacted: shown };
  const { keys, policy } = log;
  const hash = (each: string) => keys.hash(call.tenant, each);
  const values = shown ? policy.redact(value, hash) : NOTHING;
  return {
    bytes: utf8Bytes(text),
    hash: rule.hashes ? hash(canonicalJson(value)!) : undefined,
    text: values.text,
    redacted: values.redacted,
  };
}

/** Undefined for what cannot be JSON; such arguments come from the program itself only. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function utf8Bytes(text: string): number {
  if (text.length > LONG_CHARS) return ENCODER.encode(text).length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Both halves of a surrogate pair count two: four bytes together.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
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
