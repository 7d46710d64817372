/** What the end of a call means for its task. */
import { CODE_TABLE } from "../base/code_table.ts";
import type { Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Call } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import { RetryAsker } from "../pipeline/retry_asker.ts";
import { answerProblem } from "../protocol/problem_answer.ts";
import type { Task } from "./task.ts";
import type { TaskEvent } from "./task_machine.ts";

/** What happens to the task, and after how long it is run again, if it is. */
export interface TaskEnd {
  readonly event: TaskEvent;
  readonly delayMs: number;
}

/** Ends that are no word of the tool's: whoever ran it was lost, or had to stop. */
const LOST: readonly Problem["code"][] = ["worker_lost", "cancelled"];

/** `closing` tells that the server stops its calls: that is no failure of the tool's. */
export function endOf(task: Task, call: Call, outcome: Outcome, closing: boolean): TaskEnd {
  switch (outcome.kind) {
    case "result":
      return atOnce({ kind: "complete", result: outcome.result });
    case "input_required": {
      const answers = call.asker instanceof RetryAsker ? call.asker.used() : {};
      return atOnce({ kind: "ask", requests: outcome.requests, answers });
    }
    case "answer":
      return atOnce({ kind: "fail", problem: { code: "internal", detail: "It is no tool" } });
    case "problem":
      return problemEnd(task, call, outcome.problem, closing);
  }
}

function problemEnd(task: Task, call: Call, problem: Problem, closing: boolean): TaskEnd {
  const { detail: message, retryAfterMs } = problem;
  // It never ran: there was no room, or no quota.
  if (!call.dispatched && retryAfterMs !== undefined) {
    const delayMs = Math.min(retryAfterMs, LIMITS.taskBackoffMsMax);
    return { event: { kind: "retry", message, attempted: false }, delayMs };
  }
  if (LOST.includes(problem.code) && task.mayRepeat) {
    if (closing) return atOnce({ kind: "retry", message, attempted: false });
    return retryOrFail(task, problem);
  }
  // What MCP has as the result of a tool is one here, too; "failed" is for the rest.
  const { asToolResult } = CODE_TABLE[problem.code];
  const answer = asToolResult ? answerProblem("tool", problem) : undefined;
  return answer !== undefined && "result" in answer
    ? atOnce({ kind: "complete", result: answer.result })
    : atOnce({ kind: "fail", problem });
}

/** Whoever ran it is gone, with or without having started its tool. */
export function lostEnd(task: Task): TaskEnd {
  const problem: Problem = {
    code: "worker_lost",
    detail: "The server that ran the task was lost before it had ended",
  };
  return task.mayRepeat ? retryOrFail(task, problem) : atOnce({ kind: "fail", problem });
}

function retryOrFail(task: Task, problem: Problem): TaskEnd {
  const { detail: message } = problem;
  if (task.attempts >= LIMITS.taskAttemptsMax) {
    const detail = `${message}; it was tried ${task.attempts} times`;
    return atOnce({ kind: "fail", problem: { ...problem, detail } });
  }
  const delayMs = Math.min(1_000 * 2 ** (task.attempts - 1), LIMITS.taskBackoffMsMax);
  return { event: { kind: "retry", message, attempted: true }, delayMs };
}

function atOnce(event: TaskEvent): TaskEnd {
  return { event, delayMs: 0 };
}
