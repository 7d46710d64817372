/** Stores of tasks by the URL of the state that they are a part of. */
import { type Logger, SILENT_LOG } from "../../base/log.ts";
import type { TaskStore } from "../../tasks/task_store.ts";
import { openByUrl } from "../state/open_by_url.ts";
import { memoryTasks } from "./memory_tasks.ts";

/**
 * Opens the tasks of the state that `url` names, as `openState` does with the rest of it: `memory:` is
 * gone with the process, `sqlite:PATH` and `redis://HOST:PORT/DB` outlive it, and are shared.
 *
 * @example
 * ```ts
 * import { openTasks } from "gomcp";
 *
 * const store = await openTasks("memory:");
 * if ((await store.list({ max: 10 })).length !== 0) throw new Error();
 * await store.close();
 * ```
 *
 * @throws {GomcpError} `invalid_request` for what is no such URL or cannot be opened, `overloaded`
 * for a server that cannot be reached.
 */
export async function openTasks(url: string, log: Logger = SILENT_LOG): Promise<TaskStore> {
  return await openByUrl<TaskStore>(url, {
    memory: () => memoryTasks(),
    sqlite: async (path) => (await import("./sqlite_tasks.ts")).openSqliteTasks(path),
    redis: async () => (await import("./redis_tasks.ts")).openRedisTasks(url, log),
  });
}
