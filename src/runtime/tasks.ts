/** The tasks of a runtime: the manager with what the runtime has for it, and what its records say. */
import type { AuditLog } from "../audit/audit_log.ts";
import type { AuditCode } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { TASK_RANGES } from "../base/task_ranges.ts";
import type { Handler } from "../pipeline/call.ts";
import { LeaseRunner } from "../tasks/lease_runner.ts";
import { isOver, type Task } from "../tasks/task.ts";
import { TaskManager } from "../tasks/task_manager.ts";
import type { TaskManagerOptions } from "../tasks/task_runtime.ts";
import type { TaskRunner } from "../tasks/task_runner.ts";
import type { TaskStore } from "../tasks/task_store.ts";

export { showDetails, showTask } from "../tasks/show_task.ts";
export {
  isOver,
  ownerOf,
  type Task,
  TASK_STATUSES,
  type TaskOwner,
  type TaskStatus,
} from "../tasks/task.ts";
export type { Tasks, TaskStarted } from "../tasks/tasks.ts";
export { TaskRecords } from "../tasks/task_records.ts";
export type { StoredTask, TaskStore } from "../tasks/task_store.ts";

/** How a runtime keeps and runs tasks. Times are in milliseconds. */
export interface TaskOptions {
  /** Where they are kept. The caller closes it, after the shutdown. */
  readonly store: TaskStore;
  /** Who runs them. @default this process and others with the same store, by claims */
  readonly runner?: TaskRunner;
  /** How long they are kept after their beginning; 1 s to 30 days. @default 86_400_000 */
  readonly ttlMs?: number;
  /** The deadline of one run of a tool that has none; 1 ms to 24 h. @default 3_600_000 */
  readonly timeoutMs?: number;
  /** How often clients are told to ask; 1 ms to 1 h. @default 1_000 */
  readonly pollMs?: number;
  /** After how long a lost process's tasks are taken over; 100 ms to 1 h. @default 15_000 */
  readonly leaseMs?: number;
  /** After how long calls of any tool become tasks; 1 ms to 24 h. @default never */
  readonly afterMs?: number | undefined;
  /** Tasks of a tenant that have not ended; 1 to 1,000,000. @default 1_000 */
  readonly openMax?: number;
  /** Bytes of all tasks of a tenant; 1 KiB and more. @default 268_435_456 */
  readonly bytesMax?: number;
}

/** What the runtime has for its tasks. */
export interface TaskParts extends Pick<TaskManagerOptions, "accessTo"> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly handle: Handler;
  readonly audit: AuditLog | undefined;
}

/** @throws {GomcpError} `invalid_request` for a number out of range. */
export function createTasks(options: TaskOptions, parts: TaskParts): TaskManager {
  const { store } = options;
  const { clock, log, audit } = parts;
  const leaseMs = numberOf(options, "leaseMs");
  return new TaskManager({
    store,
    runner: options.runner ?? new LeaseRunner({ store, clock, log, leaseMs }),
    clock,
    log,
    handle: parts.handle,
    accessTo: parts.accessTo,
    onChange: ({ task }, before) => {
      if (audit !== undefined) recordTask(audit, task, before);
    },
    quota: { openMax: numberOf(options, "openMax"), bytesMax: numberOf(options, "bytesMax") },
    ttlMs: numberOf(options, "ttlMs"),
    timeoutMs: numberOf(options, "timeoutMs"),
    pollMs: numberOf(options, "pollMs"),
    leaseMs,
    afterMs: options.afterMs === undefined ? undefined : numberOf(options, "afterMs"),
  });
}

function numberOf(options: TaskOptions, name: keyof typeof TASK_RANGES): number {
  const [least, most, usual] = TASK_RANGES[name];
  const value = options[name] ?? usual;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const text =
    `Cannot keep tasks: ${name} is ${value}, expected a whole number from ${least} to ${most}`;
  throw new GomcpError("invalid_request", text);
}

/** Each change of a task's status is on record, by who made it, with the task's id as the request's. */
export function recordTask(audit: AuditLog, task: Task, before: Task | undefined): void {
  if (before?.status === task.status) return;
  const { tenant, adapter, tool, client, id } = task;
  if (audit.policy.ruleFor(tenant, adapter, tool).level === "none") return;
  const over = isOver(task);
  audit.log({
    time: audit.clock.wall(),
    stage: over ? "completed" : "received",
    tenant,
    adapter,
    client: client.name,
    clientVersion: client.version,
    kind: "task",
    tool,
    id,
    decision: over ? "allowed" : "pending",
    code: codeOf(task),
    ...(over && { durationUs: Math.max(0, task.updatedMs - task.createdMs) * 1_000 }),
  });
}

function codeOf({ status, result, problem }: Task): AuditCode {
  switch (status) {
    case "working":
      return "pending";
    case "completed":
      return result?.isError === true ? "tool_error" : "ok";
    case "failed":
      return problem!.code;
    default:
      return status;
  }
}
