/** How a call ends: with a tool's result, or with a problem. Both are values, never exceptions. */
import type { ErrorCode } from "../base/code_table.ts";
import type { Problem } from "../base/errors.ts";
import type { InputRequest } from "./input.ts";
import { resultMembers, type ToolResult } from "../protocol/content.ts";

/** The tool answered; `result.isError` tells whether it succeeded by its own word. */
export interface Completed {
  /** Tells it from a problem. */
  readonly kind: "result";
  /** What the tool gave. */
  readonly result: ToolResult;
  /** The result's members as JSON without the braces and `_meta`, when already rendered. */
  readonly members: string | undefined;
}

/** The call was refused, or did not come to a result. */
export interface Failed {
  /** Tells it from a result. */
  readonly kind: "problem";
  /** Why. */
  readonly problem: Problem;
}

/** What is no tool's result: a resource's contents, a prompt's messages, proposals. */
export interface Answered {
  /** Tells it from the others. */
  readonly kind: "answer";
  /** The result's members as JSON without the braces. */
  readonly members: string;
}

/** The handler needs answers of the client's before it can go on; it runs again with them. */
export interface InputRequired {
  /** Tells it from the others. */
  readonly kind: "input_required";
  /** The questions, by their keys. */
  readonly requests: Readonly<Record<string, InputRequest>>;
}

/** How a call of a tool ends that nobody can be asked for. */
export type ToolOutcome = Completed | Failed;

/** Every call ends with exactly one. */
export type Outcome = Completed | Answered | InputRequired | Failed;

/** What a check says: undefined lets the call pass, a problem refuses it. */
export type Decision = Problem | undefined;

export function answered(members: string): Answered {
  return { kind: "answer", members };
}

export function failed(problem: Problem): Failed {
  return { kind: "problem", problem };
}

/** A problem in one line, for checks that need no more than words. */
export function refuse(
  code: ErrorCode,
  detail: string,
  more: Omit<Problem, "code" | "detail"> = {},
): Failed {
  return { kind: "problem", problem: { code, detail, ...more } };
}

/** A tool's failure as a result that the model is meant to read. */
export function toolFailure(text: string): Completed {
  return {
    kind: "result",
    result: { content: [{ type: "text", text }], isError: true },
    members: undefined,
  };
}

/** The JSON of a completed call's members, rendered now unless it was before. */
export function membersOf(outcome: Completed): string {
  return outcome.members ?? resultMembers(outcome.result);
}

/** The JSON of a completed call's result, `_meta` included: what REST and gRPC answer with. */
export function resultJson(outcome: Completed): string {
  const { _meta: meta } = outcome.result;
  const tail = meta === undefined ? "" : `,"_meta":${JSON.stringify(meta)}`;
  return `{${membersOf(outcome)}${tail}}`;
}
