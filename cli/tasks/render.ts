/** Tasks as the command line shows them. */
import type { Task } from "../../src/runtime/tasks.ts";

const STATUS_WIDTH = "input_required".length;

/** Without what it was called with, and what it gave: that may be secret, or large. */
export function shownTask(task: Task): Readonly<Record<string, unknown>> {
  const { args: _, answers: _answers, result: _result, ...shown } = task;
  return shown;
}

export function taskLine({ id, status, tool, tenant, createdMs, statusMessage }: Task): string {
  const time = new Date(createdMs).toISOString();
  const message = statusMessage === undefined ? "" : `  ${plain(statusMessage)}`;
  return `${id}  ${status.padEnd(STATUS_WIDTH)}  ${time}  ${plain(tenant)}  ${
    plain(tool)
  }${message}`;
}

export function taskText(task: Task): string {
  const { id, tool, tenant, principal, status, statusMessage, attempts, running, asked } = task;
  const questions = Object.keys(asked);
  const lines: [string, string | undefined][] = [
    ["tool", tool],
    ["tenant", tenant],
    ["credential", principal || "none"],
    ["status", status],
    ["says", statusMessage],
    ["began", new Date(task.createdMs).toISOString()],
    ["changed", new Date(task.updatedMs).toISOString()],
    ["kept until", new Date(task.createdMs + task.ttlMs).toISOString()],
    ["attempts", `${attempts}${running ? ", runs now" : ""}`],
    ["waits for", questions.length === 0 ? undefined : questions.join(", ")],
    ["failed with", task.problem?.code],
  ];
  const shown = lines.filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name.padEnd(12)}${plain(value!)}`);
  return [id, ...shown].join("\n");
}

/** What tools and clients wrote goes to a terminal: without its controls. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- those are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}
