/** Tasks of one process, gone with it. */
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Task } from "../../tasks/task.ts";
import type {
  QuotaFault,
  StoredTask,
  TaskChangeListener,
  TaskFilter,
  TaskQuota,
  TaskStore,
} from "../../tasks/task_store.ts";
import { type TaskText, taskText } from "./task_text.ts";

interface Entry {
  stored: StoredTask;
  text: TaskText;
  dueMs: number | undefined;
  readonly expiresMs: number;
}

interface Usage {
  open: number;
  bytes: number;
}

/**
 * Makes a store of tasks that nobody else shares.
 *
 * @example
 * ```ts
 * import { createRuntime, defineTool, memoryTasks } from "gomcp";
 *
 * const slow = defineTool({
 *   name: "slow",
 *   description: "Takes its time.",
 *   task: "optional",
 *   handler: () => "done",
 * });
 * const runtime = createRuntime({ tools: [slow], tasks: { store: memoryTasks() } });
 * if (runtime.tasks === undefined) throw new Error();
 * await runtime.shutdown();
 * ```
 */
export function memoryTasks(clock: Clock = systemClock): TaskStore {
  return new MemoryTasks(clock);
}

class MemoryTasks implements TaskStore {
  readonly location = "memory:";
  readonly #clock: Clock;
  /** In the order of their beginnings. */
  readonly #tasks = new Map<string, Entry>();
  readonly #usage = new Map<string, Usage>();
  readonly #listeners = new Set<TaskChangeListener>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  create(task: Task, dueInMs: number, quota: TaskQuota): StoredTask | QuotaFault {
    const text = taskText(task);
    const usage = this.#usage.get(task.tenant) ?? { open: 0, bytes: 0 };
    if (usage.open >= quota.openMax) return "open";
    if (usage.bytes + text.bytes > quota.bytesMax) return "bytes";
    const nowMs = this.#clock.wall();
    const stored = { task, version: 1, fence: 1 };
    this.#tasks.set(task.id, {
      stored,
      text,
      dueMs: nowMs + dueInMs,
      expiresMs: nowMs + task.ttlMs,
    });
    this.#usage.set(task.tenant, usage);
    this.#count(task, 1, text.bytes);
    this.#tell(task.id);
    return stored;
  }

  get(id: string): StoredTask | undefined {
    return this.#live(id)?.stored;
  }

  replace(
    before: StoredTask,
    task: Task,
    dueInMs: number | undefined,
    { bytesMax }: TaskQuota,
  ): StoredTask | "changed" | "bytes" {
    const entry = this.#live(task.id);
    if (entry?.stored.version !== before.version) return "changed";
    const text = taskText(task);
    const { bytes } = this.#usage.get(task.tenant)!;
    const grows = text.bytes > entry.text.bytes;
    if (grows && bytes - entry.text.bytes + text.bytes > bytesMax) return "bytes";
    this.#count(
      task,
      Number(text.isOpen) - Number(entry.text.isOpen),
      text.bytes - entry.text.bytes,
    );
    const { version, fence } = entry.stored;
    entry.stored = { task, version: version + 1, fence };
    entry.text = text;
    entry.dueMs = dueInMs === undefined ? undefined : this.#clock.wall() + dueInMs;
    this.#tell(task.id);
    return entry.stored;
  }

  claim(leaseMs: number, max: number, id?: string): readonly StoredTask[] {
    const nowMs = this.#clock.wall();
    const claimed: StoredTask[] = [];
    for (const each of id === undefined ? this.#tasks.keys() : [id]) {
      if (claimed.length >= max) break;
      const entry = this.#live(each);
      if (entry?.dueMs === undefined || entry.dueMs > nowMs) continue;
      const { task, version, fence } = entry.stored;
      entry.stored = { task, version: version + 1, fence: fence + 1 };
      entry.dueMs = nowMs + leaseMs;
      claimed.push(entry.stored);
    }
    return claimed;
  }

  renew(id: string, fence: number, leaseMs: number): boolean {
    const entry = this.#live(id);
    if (entry?.stored.fence !== fence || entry.dueMs === undefined) return false;
    entry.dueMs = this.#clock.wall() + leaseMs;
    return true;
  }

  list({ tenant, status, max }: TaskFilter): readonly StoredTask[] {
    const found: StoredTask[] = [];
    for (const id of [...this.#tasks.keys()].reverse()) {
      if (found.length >= max) break;
      const stored = this.#live(id)?.stored;
      if (stored === undefined) continue;
      if (tenant !== undefined && stored.task.tenant !== tenant) continue;
      if (status !== undefined && stored.task.status !== status) continue;
      found.push(stored);
    }
    return found;
  }

  evict(max: number): number {
    const nowMs = this.#clock.wall();
    const over = [...this.#tasks].filter(([, { expiresMs }]) => expiresMs <= nowMs).slice(0, max);
    for (const [id, { stored, text }] of over) {
      this.#tasks.delete(id);
      this.#count(stored.task, -Number(text.isOpen), -text.bytes);
    }
    return over.length;
  }

  watch(onChange: TaskChangeListener): () => void {
    this.#listeners.add(onChange);
    return () => void this.#listeners.delete(onChange);
  }

  close(): void {
    this.#listeners.clear();
  }

  #live(id: string): Entry | undefined {
    const entry = this.#tasks.get(id);
    return entry !== undefined && entry.expiresMs > this.#clock.wall() ? entry : undefined;
  }

  #count({ tenant }: Task, open: number, bytes: number): void {
    const usage = this.#usage.get(tenant)!;
    usage.bytes += bytes;
    usage.open += open;
    if (usage.bytes === 0) this.#usage.delete(tenant);
  }

  #tell(id: string): void {
    for (const listener of this.#listeners) listener(id);
  }
}
