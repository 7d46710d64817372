/** Tasks as the JSON text that stores keep, and what they count of it. */
import { utf8Length } from "../../base/utf8_length.ts";
import { isOver, type Task } from "../../tasks/task.ts";

export interface TaskText {
  readonly text: string;
  readonly bytes: number;
  /** Counts as a task that has not ended. */
  readonly isOpen: boolean;
}

export function taskText(task: Task): TaskText {
  const text = JSON.stringify(task);
  return { text, bytes: utf8Length(text), isOpen: !isOver(task) };
}
