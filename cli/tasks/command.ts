/** What all commands about tasks share: the state opened as tasks, and a task found in it. */
import { GomcpError } from "../../src/base/errors.ts";
import type { StoredTask, TaskStore } from "../../src/runtime/tasks.ts";
import { openTasks } from "../../src/stores/tasks/open_tasks.ts";
import { lastingStateUrl } from "../open_tenants.ts";
import { runStateCommand, type StateArgs, type Usage } from "../state_command.ts";

export function runTasksCommand(
  usage: Usage,
  args: readonly string[],
  action: (store: TaskStore, told: StateArgs) => Promise<void>,
): Promise<number> {
  return runStateCommand(
    usage,
    args,
    (said, log) => openTasks(lastingStateUrl(said, "tasks"), log),
    action,
  );
}

/** @throws {GomcpError} `not_found` for one that is not. */
export async function findTask(store: TaskStore, id: string): Promise<StoredTask> {
  const stored = await store.get(id);
  if (stored !== undefined) return stored;
  throw new GomcpError("not_found", `Cannot find task "${id}": there is none of this id`);
}
