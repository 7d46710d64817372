/** The tables of the state file, and how files of older versions come to have them. */
import type { DatabaseSync } from "node:sqlite";
import { GomcpError } from "../../base/errors.ts";

/** One step a version; a step that was released is never changed. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE tenants (
     id TEXT PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE keys (
     hash TEXT PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
     created_ms INTEGER NOT NULL, used_ms INTEGER, record TEXT NOT NULL,
     UNIQUE (tenant, name), UNIQUE (tenant, id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE counters (
     tenant TEXT NOT NULL, unit TEXT NOT NULL, window TEXT NOT NULL,
     taken INTEGER NOT NULL, granted INTEGER NOT NULL, ends_ms INTEGER NOT NULL,
     PRIMARY KEY (tenant, unit, window)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE slots (
     tenant TEXT NOT NULL, owner TEXT NOT NULL,
     held INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
     PRIMARY KEY (tenant, owner)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL) STRICT;`,
  `CREATE INDEX counters_by_end ON counters (ends_ms);`,
  `CREATE TABLE rates (tenant TEXT PRIMARY KEY, tat_ms REAL NOT NULL) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE tasks (
     id TEXT PRIMARY KEY, tenant TEXT NOT NULL, status TEXT NOT NULL, bytes INTEGER NOT NULL,
     version INTEGER NOT NULL, fence INTEGER NOT NULL, seq INTEGER NOT NULL,
     expires_ms INTEGER NOT NULL, due_ms INTEGER, record TEXT NOT NULL
   ) STRICT;
   CREATE INDEX tasks_due ON tasks (due_ms) WHERE due_ms IS NOT NULL;
   CREATE INDEX tasks_by_end ON tasks (expires_ms);
   CREATE INDEX tasks_by_change ON tasks (seq);
   CREATE TABLE task_usage (
     tenant TEXT PRIMARY KEY, open INTEGER NOT NULL, bytes INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE task_changes (seq INTEGER NOT NULL) STRICT;
   INSERT INTO task_changes VALUES (0);`,
];

/** @throws {GomcpError} `invalid_request` for a file of a newer gomcp. */
export function migrate(db: DatabaseSync, path: string): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const { user_version: version } = db.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version > MIGRATIONS.length) {
      const text = `Cannot open state ${path}: it is of version ${version}, ` +
        `expected at most ${MIGRATIONS.length}; a newer gomcp has written it`;
      throw new GomcpError("invalid_request", text);
    }
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
