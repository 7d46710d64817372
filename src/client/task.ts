/** Tasks as the SDK gives them: calls that go on after their request. */
import { checkTask, parseData } from "./answers.ts";
import { errorOfProblem, GoMCPError } from "./errors.ts";
import { readEvents } from "./event_reader.ts";
import { tell } from "./tell.ts";
import { readJson } from "./transport.ts";
import type { AwaitOptions, CallResult, Task } from "./types.ts";

/** Unless its caller says otherwise, a task is waited for so long. */
export const TASK_WAIT_MS = 86_400_000;

export function taskPath(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}`;
}

export async function readTask(response: Response): Promise<Task> {
  return checkTask(await readJson(response));
}

/** The result of the task once it has ended; undefined when the stream has ended before. */
export async function readEnd(
  response: Response,
  { onTask }: AwaitOptions,
): Promise<CallResult | undefined> {
  for await (const { event, data } of readEvents(response)) {
    if (event !== "task") continue;
    const task = checkTask(parseData(data));
    tell(onTask, task);
    if (task.status === "completed") return task.result;
    if (task.status === "cancelled") throw new GoMCPError("cancelled", "The task was cancelled");
    if (task.status === "failed") throw failureOf(task);
  }
  return undefined;
}

function failureOf(task: Task): GoMCPError {
  const { problem } = task as { readonly problem?: { readonly status?: number } };
  return errorOfProblem(problem, problem?.status);
}
