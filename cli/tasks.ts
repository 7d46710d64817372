/** The commands of `gomcp tasks`. Each is loaded only when it is run. */
import type { Command } from "./command.ts";

export const TASK_COMMANDS: readonly Command[] = [
  { name: "list", summary: "tasks, the newest first", load: () => import("./tasks/list.ts") },
  { name: "show", summary: "one task, and how it ended", load: () => import("./tasks/show.ts") },
  { name: "cancel", summary: "ends a task", load: () => import("./tasks/cancel.ts") },
];
