/** `gomcp tasks cancel`: ends a task; the server that runs it stops its call. */
import { systemClock } from "../../src/base/clock.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { TaskRecords } from "../../src/runtime/tasks.ts";
import { print, stateHelp, type Usage } from "../state_command.ts";
import { findTask, runTasksCommand } from "./command.ts";
import { shownTask } from "./render.ts";

const USAGE: Usage = {
  usage: "gomcp tasks cancel ID",
  what: "Ends a task, unless it has ended. The server that runs it stops the call at once.",
  flags: [],
  words: [1, 1],
  examples: ["gomcp tasks cancel TASK_ID"],
};
const MESSAGE = "An operator cancelled the task";

export const help = stateHelp(USAGE);

export function run(args: readonly string[]): Promise<number> {
  return runTasksCommand(USAGE, args, async (store, told) => {
    const found = await findTask(store, told.words[0]!);
    const records = new TaskRecords({
      store,
      clock: systemClock,
      // It takes up less than before.
      quota: { openMax: LIMITS.openTasksMax, bytesMax: Number.MAX_SAFE_INTEGER },
      leaseMs: LIMITS.taskPollMs,
      onChange: () => {},
    });
    const { stored, done } = await records.change(found, { kind: "cancel", message: MESSAGE });
    const { task } = stored ?? found;
    const what = done ? "is cancelled" : `had ended: ${task.status}`;
    print(told, { cancelled: done, task: shownTask(task) }, `Task ${task.id} ${what}.`);
  });
}
