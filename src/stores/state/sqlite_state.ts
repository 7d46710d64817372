/** State in one SQLite file, shared by all processes of a machine. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Clock, systemClock } from "../../base/clock.ts";
import { describeThrown, GomcpError, isGomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { KeyRecord } from "../../tenants/api_key.ts";
import { type RateCells, type RateTaken, takeCells } from "../../tenants/rate_cells.ts";
import type {
  ChangeListener,
  Counter,
  FaultListener,
  SlotHolder,
  StateStore,
  Taken,
} from "../../tenants/state_store.ts";
import type { Tenant } from "../../tenants/tenant.ts";
import { keyOf, tenantOf } from "./records.ts";
import { migrate } from "./sqlite_schema.ts";

const KEEP_MS = 86_400_000;
const FORGET_EVERY_MS = 3_600_000;
/** Changes that are kept for processes that have not seen them. */
const CHANGES_KEPT = 10_000;

/**
 * Opens a state file, or makes one that only its owner can read.
 *
 * @throws {GomcpError} `invalid_request` for a file that cannot be opened, or is no state file.
 */
export function openSqliteState(path: string, clock: Clock = systemClock): StateStore {
  try {
    createPrivately(path);
    const db = new DatabaseSync(path);
    // First of all: even the change to WAL can find the file locked.
    db.exec(`PRAGMA busy_timeout = ${LIMITS.stateTimeoutMs}`);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    migrate(db, path);
    return new SqliteState(db, path, clock);
  } catch (cause) {
    if (isGomcpError(cause)) throw cause;
    const text = `Cannot open state ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

function createPrivately(path: string): void {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  if (folder !== "") Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 }).close();
}

class SqliteState implements StateStore {
  readonly location: string;
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #statements = new Map<string, StatementSync>();
  readonly #watches = new Set<() => void>();
  #closed = false;
  #forgetAtMs = 0;

  constructor(db: DatabaseSync, path: string, clock: Clock) {
    this.#db = db;
    this.location = `sqlite:${path}`;
    this.#clock = clock;
    this.#forgetOld(clock.wall());
    this.#run("DELETE FROM slots WHERE expires_ms < ?", clock.wall() - KEEP_MS);
    this.#waitForLock(LIMITS.stateLockMs);
  }

  createTenant(tenant: Tenant, key?: KeyRecord): boolean {
    return this.#manage(() => {
      const sql =
        "INSERT INTO tenants (id, version, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
      if (this.#run(sql, tenant.id, tenant.version, JSON.stringify(tenant)) === 0) return false;
      if (key !== undefined) this.#insertKey(key);
      this.#noteChange(tenant.id);
      return true;
    });
  }

  replaceTenant(tenant: Tenant): boolean {
    return this.#manage(() => {
      const sql = "UPDATE tenants SET version = ?, record = ? WHERE id = ? AND version = ?";
      const { id, version } = tenant;
      if (this.#run(sql, version, JSON.stringify(tenant), id, version - 1) === 0) return false;
      this.#noteChange(id);
      return true;
    });
  }

  deleteTenant(id: string): boolean {
    return this.#manage(() => {
      if (this.#run("DELETE FROM tenants WHERE id = ?", id) === 0) return false;
      for (const table of ["keys", "counters", "slots", "rates"]) {
        this.#run(`DELETE FROM ${table} WHERE tenant = ?`, id);
      }
      this.#noteChange(id);
      return true;
    });
  }

  getTenant(id: string): Tenant | undefined {
    const row = this.#get("SELECT record FROM tenants WHERE id = ?", id);
    return row === undefined ? undefined : tenantOf(row.record as string);
  }

  listTenants(after: string, max: number): readonly Tenant[] {
    const sql = "SELECT record FROM tenants WHERE id > ? ORDER BY id LIMIT ?";
    return this.#all(sql, after, max).map(({ record }) => tenantOf(record as string));
  }

  addKey(key: KeyRecord): boolean {
    return this.#manage(() => {
      const tenant = this.#get("SELECT 1 FROM tenants WHERE id = ?", key.tenant);
      if (tenant === undefined || this.#insertKey(key) === 0) return false;
      this.#noteChange(key.tenant);
      return true;
    });
  }

  #insertKey(key: KeyRecord): number {
    const sql = "INSERT INTO keys (hash, tenant, id, name, created_ms, used_ms, record) " +
      "VALUES (?, ?, ?, ?, ?, NULL, ?) ON CONFLICT DO NOTHING";
    const { hash, tenant, id, name, createdMs } = key;
    return this.#run(sql, hash, tenant, id, name, createdMs, JSON.stringify(key));
  }

  findKey(hash: string): KeyRecord | undefined {
    const row = this.#get("SELECT record, used_ms FROM keys WHERE hash = ?", hash);
    return row === undefined ? undefined : keyOf(row.record as string, row.used_ms);
  }

  listKeys(tenant: string): readonly KeyRecord[] {
    const sql = "SELECT record, used_ms FROM keys WHERE tenant = ? ORDER BY created_ms, id";
    return this.#all(sql, tenant).map((row) => keyOf(row.record as string, row.used_ms));
  }

  deleteKey(tenant: string, id: string): boolean {
    return this.#manage(() => {
      if (this.#run("DELETE FROM keys WHERE tenant = ? AND id = ?", tenant, id) === 0) return false;
      this.#noteChange(tenant);
      return true;
    });
  }

  touchKey(hash: string, usedMs: number): void {
    this.#guard(() => this.#run("UPDATE keys SET used_ms = ? WHERE hash = ?", usedMs, hash));
  }

  /** One statement, and so one transaction: what it granted stands in the row. */
  take(
    { tenant, unit, window, endsMs }: Counter,
    limit: number,
    want: number,
    least = 1,
  ): Taken {
    const first = "iif(?6 < ?7, 0, min(?5, ?6))";
    const next = "iif(?6 - taken < ?7, 0, max(0, min(?5, ?6 - taken)))";
    const sql = "INSERT INTO counters (tenant, unit, window, taken, granted, ends_ms) " +
      `VALUES (?1, ?2, ?3, ${first}, ${first}, ?4) ON CONFLICT DO UPDATE SET ` +
      `granted = ${next}, taken = taken + ${next} RETURNING granted, taken`;
    const nowMs = this.#clock.wall();
    if (nowMs >= this.#forgetAtMs) this.#guard(() => this.#forgetOld(nowMs));
    const row = this.#guard(() =>
      this.#get(sql, tenant, unit, window, endsMs, want, limit, least)!
    );
    return { granted: row.granted as number, taken: row.taken as number };
  }

  giveBack({ tenant, unit, window }: Counter, amount: number): void {
    const sql = "UPDATE counters SET taken = max(0, taken - ?) " +
      "WHERE tenant = ? AND unit = ? AND window = ?";
    this.#guard(() => this.#run(sql, amount, tenant, unit, window));
  }

  readCounter({ tenant, unit, window }: Counter): number {
    const sql = "SELECT taken FROM counters WHERE tenant = ? AND unit = ? AND window = ?";
    return (this.#get(sql, tenant, unit, window)?.taken ?? 0) as number;
  }

  holdSlots(
    { tenant, owner, ttlMs }: SlotHolder,
    limit: number,
    want: number,
    nowMs: number,
  ): number {
    return this.#write(() => {
      const sql = "SELECT coalesce(sum(held), 0) AS others FROM slots " +
        "WHERE tenant = ? AND owner <> ? AND expires_ms > ?";
      const others = this.#get(sql, tenant, owner, nowMs)!.others as number;
      const held = Math.max(0, Math.min(want, limit - others));
      if (held === 0) this.#run("DELETE FROM slots WHERE tenant = ? AND owner = ?", tenant, owner);
      else {
        const put = "INSERT INTO slots (tenant, owner, held, expires_ms) VALUES (?, ?, ?, ?) " +
          "ON CONFLICT DO UPDATE SET held = excluded.held, expires_ms = excluded.expires_ms";
        this.#run(put, tenant, owner, held, nowMs + ttlMs);
      }
      return held;
    });
  }

  readSlots(tenant: string, nowMs: number): number {
    const sql = "SELECT coalesce(sum(held), 0) AS held FROM slots " +
      "WHERE tenant = ? AND expires_ms > ?";
    return this.#get(sql, tenant, nowMs)!.held as number;
  }

  takeRate(
    tenant: string,
    rate: RateCells,
    least: number,
    most: number,
    nowMs: number,
  ): RateTaken {
    return this.#write(() => {
      const row = this.#get("SELECT tat_ms FROM rates WHERE tenant = ?", tenant);
      const taken = takeCells((row?.tat_ms ?? 0) as number, rate, least, most, nowMs);
      const sql = "INSERT INTO rates (tenant, tat_ms) VALUES (?, ?) " +
        "ON CONFLICT DO UPDATE SET tat_ms = excluded.tat_ms";
      if (taken.granted > 0) this.#run(sql, tenant, taken.tatMs);
      return taken;
    });
  }

  /** SQLite tells nobody: the table of changes is looked at, which costs microseconds. */
  watch(onChange: ChangeListener, onFault: FaultListener = () => {}): () => void {
    let seen = this.#lastChange();
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

  ping(): void {
    this.#write(() => {
      this.#run("INSERT INTO slots (tenant, owner, held, expires_ms) VALUES ('', '', 0, 0)");
      this.#run("DELETE FROM slots WHERE tenant = ''");
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#watches) stop();
    this.#statements.clear();
    this.#db.close();
  }

  /** Counters of periods that are long over; a server may run for years. */
  #forgetOld(nowMs: number): void {
    this.#forgetAtMs = nowMs + FORGET_EVERY_MS;
    this.#run("DELETE FROM counters WHERE ends_ms < ?", nowMs - KEEP_MS);
  }

  #lastChange(): number {
    return (this.#get("SELECT max(seq) AS seq FROM changes")!.seq ?? 0) as number;
  }

  #tellSince(seen: number, listener: ChangeListener): number {
    const rows = this.#all("SELECT seq, tenant FROM changes WHERE seq > ? ORDER BY seq", seen);
    if (rows.length === 0) return seen;
    if ((rows[0]!.seq as number) > seen + 1) listener(undefined);
    else for (const tenant of new Set(rows.map((row) => row.tenant))) listener(tenant as string);
    return rows.at(-1)!.seq as number;
  }

  #noteChange(tenant: string): void {
    this.#run("INSERT INTO changes (tenant) VALUES (?)", tenant);
    this.#run("DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?", CHANGES_KEPT);
  }

  /** What an operator does may wait for others for longer than a call, which holds up all others. */
  #manage<T>(action: () => T): T {
    this.#waitForLock(LIMITS.stateTimeoutMs);
    try {
      return this.#write(action);
    } finally {
      this.#waitForLock(LIMITS.stateLockMs);
    }
  }

  #waitForLock(ms: number): void {
    this.#guard(() => this.#db.exec(`PRAGMA busy_timeout = ${ms}`));
  }

  #write<T>(action: () => T): T {
    return this.#guard(() => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        const result = action();
        this.#db.exec("COMMIT");
        return result;
      } catch (error) {
        this.#db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
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

  #run(sql: string, ...values: readonly (string | number)[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #get(sql: string, ...values: readonly (string | number)[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values) as Row | undefined);
  }

  #all(sql: string, ...values: readonly (string | number)[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values) as Row[]);
  }
}

type Row = Readonly<Record<string, unknown>>;
