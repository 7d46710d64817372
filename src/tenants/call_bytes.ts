/** The bytes of a call that a quota counts: arguments and result as JSON. */
import { utf8Length } from "../base/utf8_length.ts";
import { membersOf, type Outcome } from "../pipeline/outcome.ts";

export function argumentBytes(args: unknown): number {
  return utf8Length(JSON.stringify(args) ?? "");
}

export function outcomeBytes(outcome: Outcome): number {
  if (outcome.kind === "result") return utf8Length(membersOf(outcome));
  return outcome.kind === "answer" ? utf8Length(outcome.members) : 0;
}
