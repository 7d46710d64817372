/** One SQLite file with the tables of gomcp's state, as its stores use it. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { describeThrown, GomcpError, isGomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { migrate } from "./sqlite_schema.ts";

export type Row = Readonly<Record<string, unknown>>;

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

/** Every method throws a GomcpError `overloaded` when the file cannot be used now. */
export class SqliteFile {
  readonly location: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #closed = false;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.location = `sqlite:${path}`;
  }

  /** Runs a statement; gives how many rows it has changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return this.#guard(() => Number(this.#statement(sql).run(...values).changes));
  }

  /** The first row. */
  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values) as Row | undefined);
  }

  /** All rows. */
  all(sql: string, ...values: readonly SQLInputValue[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values) as Row[]);
  }

  /** One transaction that writes: whole, or not at all. */
  write<T>(action: () => T): T {
    return this.#guard(() => {
      this.#statement("BEGIN IMMEDIATE").run();
      try {
        const result = action();
        this.#statement("COMMIT").run();
        return result;
      } catch (error) {
        this.#statement("ROLLBACK").run();
        throw error;
      }
    });
  }

  /** How long it waits for others that write. */
  waitForLock(ms: number): void {
    this.#guard(() => this.#db.exec(`PRAGMA busy_timeout = ${ms}`));
  }

  /** Lets go of it. May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#db.close();
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      if (isGomcpError(cause)) throw cause;
      const text = `Cannot use state ${this.location}: ${describeThrown(cause)}`;
      throw new GomcpError("overloaded", text, { cause, retryAfterMs: 1_000 });
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
