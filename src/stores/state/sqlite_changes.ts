/** Changes of tenants in a SQLite file. It tells nobody: its table of changes is looked at, which costs microseconds. */
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { ChangeListener, FaultListener } from "../../tenants/state_store.ts";
import type { SqliteFile } from "./sqlite_file.ts";

/** Changes that are kept for processes that have not seen them. */
const CHANGES_KEPT = 10_000;

export class SqliteChanges {
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #watches = new Set<() => void>();

  constructor(file: SqliteFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Within the transaction of the change. */
  note(tenant: string): void {
    this.#file.run("INSERT INTO changes (tenant) VALUES (?)", tenant);
    const sql = "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?";
    this.#file.run(sql, CHANGES_KEPT);
  }

  watch(onChange: ChangeListener, onFault: FaultListener): () => void {
    let seen = this.#last();
    let cancel = () => {};
    const look = () => {
      try {
        seen = this.#tellSince(seen, onChange);
        onFault(undefined);
      } catch (error) {
        onFault(error);
      }
      cancel = this.#clock.after(LIMITS.statePollMs, look);
    };
    cancel = this.#clock.after(LIMITS.statePollMs, look);
    const stop = () => {
      cancel();
      this.#watches.delete(stop);
    };
    this.#watches.add(stop);
    return stop;
  }

  close(): void {
    for (const stop of this.#watches) stop();
  }

  #last(): number {
    return (this.#file.get("SELECT max(seq) AS seq FROM changes")!.seq ?? 0) as number;
  }

  #tellSince(seen: number, listener: ChangeListener): number {
    const sql = "SELECT seq, tenant FROM changes WHERE seq > ? ORDER BY seq";
    const rows = this.#file.all(sql, seen);
    if (rows.length === 0) return seen;
    if ((rows[0]!.seq as number) > seen + 1) listener(undefined);
    else for (const tenant of new Set(rows.map((row) => row.tenant))) listener(tenant as string);
    return rows.at(-1)!.seq as number;
  }
}
