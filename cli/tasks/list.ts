/** `gomcp tasks list`: tasks of all tenants, the newest first. */
import { GomcpError } from "../../src/base/errors.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { TASK_STATUSES } from "../../src/runtime/tasks.ts";
import { print, stateHelp, type Usage } from "../state_command.ts";
import { runTasksCommand } from "./command.ts";
import { shownTask, taskLine } from "./render.ts";

const USUAL = 100;
const USAGE: Usage = {
  usage: "gomcp tasks list",
  what: "Lists tasks, the newest first.",
  flags: [
    { name: "tenant", kind: "text", value: "ID", help: "of this tenant only" },
    { name: "status", kind: "text", value: "STATUS", help: TASK_STATUSES.join(", ") },
    { name: "limit", kind: "text", value: "N", help: `at most so many [${USUAL}]` },
  ],
  words: [0, 0],
  examples: [
    "gomcp tasks list --status=working --state=sqlite:/var/lib/gomcp/state.db",
    "gomcp tasks list --tenant=acme --json",
  ],
};

export const help = stateHelp(USAGE);

export function run(args: readonly string[]): Promise<number> {
  return runTasksCommand(USAGE, args, async (store, told) => {
    const status = told.text("status");
    if (status !== undefined && !TASK_STATUSES.some((known) => known === status)) {
      const text = `Cannot read --status: it is "${status}", expected ${TASK_STATUSES.join(", ")}`;
      throw new GomcpError("invalid_request", text);
    }
    const max = readLimit(told.text("limit"));
    const tasks = (await store.list({ tenant: told.text("tenant"), status, max }))
      .map(({ task }) => task);
    const text = tasks.length === 0 ? "There are no tasks." : tasks.map(taskLine).join("\n");
    print(told, { tasks: tasks.map(shownTask) }, text);
  });
}

function readLimit(text = String(USUAL)): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (limit >= 1 && limit <= LIMITS.tasksPageMax) return limit;
  const what = `Cannot read --limit: it is "${text}", expected 1 to ${LIMITS.tasksPageMax}`;
  throw new GomcpError("invalid_request", what);
}
