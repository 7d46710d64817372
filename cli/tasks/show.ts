/** `gomcp tasks show`: one task. */
import { print, stateHelp, type Usage } from "../state_command.ts";
import { findTask, runTasksCommand } from "./command.ts";
import { shownTask, taskText } from "./render.ts";

const USAGE: Usage = {
  usage: "gomcp tasks show ID",
  what: "Shows a task. What it was called with and what it gave are shown with --json only.",
  flags: [],
  words: [1, 1],
  examples: ["gomcp tasks show TASK_ID"],
};

export const help = stateHelp(USAGE);

export function run(args: readonly string[]): Promise<number> {
  return runTasksCommand(USAGE, args, async (store, told) => {
    const { task } = await findTask(store, told.words[0]!);
    const { args, answers, result } = task;
    print(told, { task: { ...shownTask(task), args, answers, result } }, taskText(task));
  });
}
