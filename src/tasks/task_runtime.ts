/** What tasks stand on, and what the parts of their manager need of each other. */
import type { Clock } from "../base/clock.ts";
import type { Problem } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Access } from "../pipeline/access.ts";
import type { Call, Handler } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import type { TaskListener, TaskRecords } from "./task_records.ts";
import type { TaskRunner } from "./task_runner.ts";
import type { StoredTask, TaskQuota, TaskStore } from "./task_store.ts";

/** How tasks are kept and run. */
export interface TaskManagerOptions {
  readonly store: TaskStore;
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly log: Logger;
  /** Sends a call through all layers. */
  readonly handle: Handler;
  /** What a tenant's calls may do that go on without their caller; undefined without tenants. */
  readonly accessTo:
    | ((tenant: string, credential: string) => Access | Problem | Promise<Access | Problem>)
    | undefined;
  /** Told of each change that this process makes. Must not throw. */
  readonly onChange: TaskListener;
  readonly quota: TaskQuota;
  /** How long tasks are kept after their beginning. */
  readonly ttlMs: number;
  /** The deadline of one run of a tool that has none of its own. */
  readonly timeoutMs: number;
  /** How often clients are told to ask. */
  readonly pollMs: number;
  /** How long a claim holds when its process is lost. */
  readonly leaseMs: number;
  /** After how long calls of tools that say nothing become tasks; undefined for never. */
  readonly afterMs: number | undefined;
}

/** What a first run needs of the manager. */
export interface TaskRuntime {
  readonly options: TaskManagerOptions;
  readonly records: TaskRecords;
  /** This process runs the task by that call. */
  follow(stored: StoredTask, call: Call): void;
  /** The call has ended. Never rejects. */
  settle(stored: StoredTask, call: Call, outcome: Outcome): Promise<void>;
}
