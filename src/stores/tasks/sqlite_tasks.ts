/** Tasks in the SQLite file of the state, shared by all processes of a machine. */
import { type CancelTimer, type Clock, systemClock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { isGomcpError } from "../../base/errors.ts";
import type { Task } from "../../tasks/task.ts";
import type {
  QuotaFault,
  StoredTask,
  TaskChangeListener,
  TaskFilter,
  TaskQuota,
  TaskStore,
} from "../../tasks/task_store.ts";
import { openSqliteFile, type Row, type SqliteFile } from "../state/sqlite_file.ts";
import { taskText } from "./task_text.ts";

/** @throws {GomcpError} `invalid_request` for a file that cannot be opened, or is no state file. */
export function openSqliteTasks(path: string, clock: Clock = systemClock): TaskStore {
  return new SqliteTasks(openSqliteFile(path), clock);
}

/** What is read of a task. */
const SHOWN = "record, version, fence";

class SqliteTasks implements TaskStore {
  readonly location: string;
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #watches = new Set<() => void>();

  constructor(file: SqliteFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.location = file.location;
  }

  create(task: Task, dueInMs: number, quota: TaskQuota): StoredTask | QuotaFault {
    const { text, bytes } = taskText(task);
    return this.#file.write(() => {
      const nowMs = this.#clock.wall();
      const usage = this.#file.get(
        "SELECT open, bytes FROM task_usage WHERE tenant = ?",
        task.tenant,
      );
      if (((usage?.open ?? 0) as number) >= quota.openMax) return "open";
      if (((usage?.bytes ?? 0) as number) + bytes > quota.bytesMax) return "bytes";
      const sql =
        "INSERT INTO tasks (id, tenant, status, bytes, version, fence, seq, expires_ms, " +
        "due_ms, record) VALUES (?, ?, ?, ?, 1, 1, ?, ?, ?, ?)";
      const { id, tenant, status, ttlMs } = task;
      const times = [nowMs + ttlMs, nowMs + dueInMs] as const;
      this.#file.run(sql, id, tenant, status, bytes, this.#nextSeq(), ...times, text);
      this.#count(tenant, 1, bytes);
      return { task, version: 1, fence: 1 };
    });
  }

  get(id: string): StoredTask | undefined {
    const sql = `SELECT ${SHOWN} FROM tasks WHERE id = ? AND expires_ms > ?`;
    return storedOf(this.#file.get(sql, id, this.#clock.wall()));
  }

  replace(
    before: StoredTask,
    task: Task,
    dueInMs: number | undefined,
    { bytesMax }: TaskQuota,
  ): StoredTask | "changed" | "bytes" {
    const { text, bytes, isOpen } = taskText(task);
    return this.#file.write(() => {
      const nowMs = this.#clock.wall();
      const { id, tenant, status } = task;
      const old = this.#file.get(
        "SELECT t.bytes, t.fence, u.bytes AS used FROM tasks t JOIN task_usage u USING (tenant) " +
          "WHERE id = ? AND version = ? AND expires_ms > ?",
        ...[id, before.version, nowMs],
      );
      if (old === undefined) return "changed";
      const more = bytes - (old.bytes as number);
      if (more > 0 && (old.used as number) + more > bytesMax) return "bytes";
      const version = before.version + 1;
      const sql = "UPDATE tasks SET status = ?, bytes = ?, version = ?, seq = ?, due_ms = ?, " +
        "record = ? WHERE id = ?";
      const dueMs = dueInMs === undefined ? null : nowMs + dueInMs;
      this.#file.run(sql, status, bytes, version, this.#nextSeq(), dueMs, text, id);
      this.#count(tenant, isOpen ? 0 : -1, more);
      return { task, version, fence: old.fence as number };
    });
  }

  claim(leaseMs: number, max: number, id?: string): readonly StoredTask[] {
    const nowMs = this.#clock.wall();
    const due = id === undefined ? "" : "id = ?4 AND ";
    const sql =
      `UPDATE tasks SET fence = fence + 1, version = version + 1, due_ms = ?1 WHERE id IN ` +
      `(SELECT id FROM tasks WHERE ${due}due_ms <= ?2 AND expires_ms > ?2 ORDER BY due_ms LIMIT ?3) ` +
      `RETURNING ${SHOWN}`;
    // Nearly always there is none: then nobody is kept from writing.
    const look = "SELECT 1 FROM tasks WHERE due_ms <= ? LIMIT 1";
    if (this.#file.get(look, nowMs) === undefined) return [];
    const own = id === undefined ? [] : [id];
    return this.#file.all(sql, nowMs + leaseMs, nowMs, max, ...own).map((row) => storedOf(row)!);
  }

  renew(id: string, fence: number, leaseMs: number): boolean {
    const sql = "UPDATE tasks SET due_ms = ? " +
      "WHERE id = ? AND fence = ? AND due_ms IS NOT NULL AND expires_ms > ?";
    const nowMs = this.#clock.wall();
    return this.#file.run(sql, nowMs + leaseMs, id, fence, nowMs) === 1;
  }

  list({ tenant, status, max }: TaskFilter): readonly StoredTask[] {
    const sql = `SELECT ${SHOWN} FROM tasks WHERE expires_ms > ?1 ` +
      "AND (?2 IS NULL OR tenant = ?2) AND (?3 IS NULL OR status = ?3) " +
      "ORDER BY rowid DESC LIMIT ?4";
    const rows = this.#file.all(sql, this.#clock.wall(), tenant ?? null, status ?? null, max);
    return rows.map((row) => storedOf(row)!);
  }

  evict(max: number): number {
    const nowMs = this.#clock.wall();
    const look = "SELECT 1 FROM tasks WHERE expires_ms <= ? LIMIT 1";
    if (this.#file.get(look, nowMs) === undefined) return 0;
    return this.#file.write(() => {
      const sql = "DELETE FROM tasks WHERE id IN " +
        "(SELECT id FROM tasks WHERE expires_ms <= ? LIMIT ?) RETURNING tenant, bytes, status";
      const rows = this.#file.all(sql, nowMs, max);
      for (const { tenant, bytes, status } of rows) {
        const isOpen = status === "working" || status === "input_required";
        this.#count(tenant as string, isOpen ? -1 : 0, -(bytes as number));
      }
      return rows.length;
    });
  }

  /** SQLite tells nobody: it is looked at, which costs microseconds. */
  watch(onChange: TaskChangeListener): () => void {
    let seen = this.#lastSeq();
    let cancel: CancelTimer = () => {};
    const look = () => {
      cancel = this.#clock.after(LIMITS.taskWatchMs, look);
      try {
        const last = this.#lastSeq();
        if (last === seen) return;
        const rows = this.#file.all("SELECT id FROM tasks WHERE seq > ?", seen);
        seen = last;
        for (const { id } of rows) onChange(id as string);
      } catch (error) {
        // It is looked at again; what was missed meanwhile is seen then.
        if (!isGomcpError(error)) throw error;
      }
    };
    cancel = this.#clock.after(LIMITS.taskWatchMs, look);
    const stop = () => {
      cancel();
      this.#watches.delete(stop);
    };
    this.#watches.add(stop);
    return stop;
  }

  close(): void {
    for (const stop of [...this.#watches]) stop();
    this.#file.close();
  }

  #nextSeq(): number {
    return this.#file.get("UPDATE task_changes SET seq = seq + 1 RETURNING seq")!.seq as number;
  }

  #lastSeq(): number {
    return this.#file.get("SELECT seq FROM task_changes")!.seq as number;
  }

  #count(tenant: string, open: number, bytes: number): void {
    const sql = "INSERT INTO task_usage (tenant, open, bytes) VALUES (?1, ?2, ?3) " +
      "ON CONFLICT DO UPDATE SET open = open + ?2, bytes = bytes + ?3";
    this.#file.run(sql, tenant, open, bytes);
  }
}

function storedOf(row: Row | undefined): StoredTask | undefined {
  if (row === undefined) return undefined;
  const task: Task = JSON.parse(row.record as string);
  return { task, version: row.version as number, fence: row.fence as number };
}
