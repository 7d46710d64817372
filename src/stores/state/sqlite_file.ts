/** A SQLite file that several processes write: opened privately, asked by statements that are kept. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { describeThrown, GomcpError, isGomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { migrate } from "./sqlite_schema.ts";

export type Row = Readonly<Record<string, unknown>>;
type Values = readonly SQLInputValue[];

/**
 * Opens a state file, or makes one that only its owner can read.
 *
 * @throws {GomcpError} `invalid_request` for a file that cannot be opened, or is no state file.
 */
export function openSqliteFile(path: string): SqliteFile {
  try {
    createPrivately(path);
    const db = new DatabaseSync(path);
    // First of all: even the change to WAL can find the file locked.
    db.exec(`PRAGMA busy_timeout = ${LIMITS.stateTimeoutMs}`);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    migrate(db, path);
    return new SqliteFile(db, path);
  } catch (cause) {
    if (isGomcpError(cause)) throw cause;
    const text = `Cannot open state ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

/**
 * A file that is there is not opened: to close it again would drop the locks that other connections
 * of this process have on it (POSIX; sqlite.org/howtocorrupt.html, section 2.2). Another process would
 * take itself for the last one then, and remove the log that is written to here.
 */
function createPrivately(path: string): void {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  if (folder !== "") Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (Deno.statSync(path).isDirectory) throw new Error("Is a directory", { cause: error });
  }
}

/** All of its methods throw a GomcpError `overloaded` where the file cannot be used. */
export class SqliteFile {
  readonly location: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #closed = false;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.location = `sqlite:${path}`;
    this.#waitForLock(LIMITS.stateLockMs);
  }

  /** Gives how many rows have changed. */
  run(sql: string, ...values: Values): number {
    return this.#guard(() => Number(this.#statement(sql).run(...values).changes));
  }

  get(sql: string, ...values: Values): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values) as Row | undefined);
  }

  all(sql: string, ...values: Values): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values) as Row[]);
  }

  /** The first column of all rows, which must be text: half the cost of rows as objects. */
  texts(sql: string, ...values: Values): string[] {
    return this.#guard(() => {
      const statement = this.#statement(sql);
      statement.setReturnArrays(true);
      return (statement.all(...values) as unknown as [string][]).map(([text]) => text);
    });
  }

  /** One transaction. */
  write<T>(action: () => T): T {
    return this.#guard(() => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        const result = action();
        this.#db.exec("COMMIT");
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  /** The same for an operator, who may wait for others for longer than a call, which holds up all others. */
  manage<T>(action: () => T): T {
    this.#waitForLock(LIMITS.stateTimeoutMs);
    try {
      return this.write(action);
    } finally {
      this.#waitForLock(LIMITS.stateLockMs);
    }
  }

  /** May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#db.close();
  }

  /** SQLite has done it itself where the disk is full, and then there is nothing to roll back. */
  #rollBack(): void {
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
  }

  #waitForLock(ms: number): void {
    this.#guard(() => this.#db.exec(`PRAGMA busy_timeout = ${ms}`));
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      // One that a transaction's own statement has thrown says it already.
      if (isGomcpError(cause)) throw cause;
      const text = `Cannot use state ${this.location}: ${describeThrown(cause)}`;
      throw new GomcpError("overloaded", text, { cause, retryAfterMs: 1_000 });
    }
  }
}
