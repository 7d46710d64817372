/** What can happen to a task, and what it is then: pure, so that every order of events can be tried. */
import { LIMITS } from "../base/limits.ts";
import type { Problem } from "../base/errors.ts";
import type { InputRequest } from "../pipeline/input.ts";
import type { ToolResult } from "../protocol/content.ts";
import { clip } from "../protocol/jsonrpc.ts";
import { isOver, type Task } from "./task.ts";

type Values = Readonly<Record<string, unknown>>;

/** What happens to a task. */
export type TaskEvent =
  /** Somebody begins to run it. */
  | { readonly kind: "begin" }
  /** Its tool tells how far it is. */
  | { readonly kind: "progress"; readonly message: string }
  /** Its tool asks; `answers` are those that it took before. */
  | {
    readonly kind: "ask";
    readonly requests: Readonly<Record<string, InputRequest>>;
    readonly answers: Values;
  }
  /** The client answers, all or a part. */
  | { readonly kind: "answer"; readonly responses: Values }
  /** It is to be run again; `attempted` tells whether its tool may have been started. */
  | { readonly kind: "retry"; readonly message: string; readonly attempted: boolean }
  | { readonly kind: "complete"; readonly result: ToolResult }
  | { readonly kind: "fail"; readonly problem: Problem }
  | { readonly kind: "cancel"; readonly message: string };

/** The task after it; undefined where it cannot happen, and nothing changes. */
export function afterEvent(task: Task, event: TaskEvent, nowMs: number): Task | undefined {
  if (isOver(task)) return undefined;
  const next = { ...task, updatedMs: Math.max(nowMs, task.updatedMs) };
  switch (event.kind) {
    case "begin":
      if (task.status !== "working" || task.running) return undefined;
      return { ...next, running: true, attempts: task.attempts + 1 };
    case "progress":
      return task.running ? { ...next, statusMessage: messageOf(event.message) } : undefined;
    case "ask":
      return task.running ? asked(next, event.requests, event.answers) : undefined;
    case "answer":
      return task.status === "input_required" ? answered(next, event.responses) : undefined;
    case "retry": {
      if (!task.running) return undefined;
      const attempts = event.attempted ? task.attempts : Math.max(0, task.attempts - 1);
      return { ...next, running: false, attempts, statusMessage: messageOf(event.message) };
    }
    case "complete":
      if (!task.running) return undefined;
      return { ...ended(next, "completed"), result: event.result };
    case "fail":
      if (task.status !== "working") return undefined;
      return {
        ...ended(next, "failed"),
        statusMessage: messageOf(event.problem.detail),
        problem: event.problem,
      };
    case "cancel":
      return { ...ended(next, "cancelled"), statusMessage: messageOf(event.message) };
  }
}

/** The client's keys name the round: a question that is asked again has another one. */
function asked(
  task: Task,
  requests: Readonly<Record<string, InputRequest>>,
  answers: Values,
): Task {
  const rounds = task.rounds + 1;
  const entries = Object.entries(requests).map(([key, request]) =>
    [`${rounds}:${key}`, { key, request }] as const
  );
  return {
    ...task,
    status: "input_required",
    statusMessage: undefined,
    running: false,
    attempts: 0,
    rounds,
    answers: { ...task.answers, ...answers },
    asked: Object.fromEntries(entries),
  };
}

/** Others than were asked are left out; those that are missing can come later. */
function answered(task: Task, responses: Values): Task | undefined {
  const taken = Object.keys(task.asked).filter((key) => Object.hasOwn(responses, key));
  if (taken.length === 0) return undefined;
  const answers = Object.fromEntries(taken.map((key) => [task.asked[key]!.key, responses[key]]));
  const left = Object.entries(task.asked).filter(([key]) => !taken.includes(key));
  return {
    ...task,
    status: left.length === 0 ? "working" : "input_required",
    answers: { ...task.answers, ...answers },
    asked: Object.fromEntries(left),
  };
}

/** What it needed to be run is not kept: only its end can be asked for. */
function ended(task: Task, status: Task["status"]): Task {
  return {
    ...task,
    status,
    running: false,
    statusMessage: undefined,
    args: null,
    answers: {},
    asked: {},
  };
}

function messageOf(text: string): string {
  return clip(text, LIMITS.taskMessageCharsMax);
}
