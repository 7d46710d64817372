/** State in one SQLite file, shared by all processes of a machine. */
import { type Clock, systemClock } from "../../base/clock.ts";
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
import { openSqliteFile, type SqliteFile } from "./sqlite_file.ts";

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
  return new SqliteState(openSqliteFile(path), clock);
}

class SqliteState implements StateStore {
  readonly location: string;
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #watches = new Set<() => void>();
  #forgetAtMs = 0;

  constructor(file: SqliteFile, clock: Clock) {
    this.#file = file;
    this.location = file.location;
    this.#clock = clock;
    this.#forgetOld(clock.wall());
    this.#file.run("DELETE FROM slots WHERE expires_ms < ?", clock.wall() - KEEP_MS);
    this.#file.waitForLock(LIMITS.stateLockMs);
  }

  createTenant(tenant: Tenant, key?: KeyRecord): boolean {
    return this.#manage(() => {
      const sql =
        "INSERT INTO tenants (id, version, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
      if (this.#file.run(sql, tenant.id, tenant.version, JSON.stringify(tenant)) === 0) {
        return false;
      }
      if (key !== undefined) this.#insertKey(key);
      this.#noteChange(tenant.id);
      return true;
    });
  }

  replaceTenant(tenant: Tenant): boolean {
    return this.#manage(() => {
      const sql = "UPDATE tenants SET version = ?, record = ? WHERE id = ? AND version = ?";
      const { id, version } = tenant;
      if (this.#file.run(sql, version, JSON.stringify(tenant), id, version - 1) === 0) return false;
      this.#noteChange(id);
      return true;
    });
  }

  deleteTenant(id: string): boolean {
    return this.#manage(() => {
      if (this.#file.run("DELETE FROM tenants WHERE id = ?", id) === 0) return false;
      for (const table of ["keys", "counters", "slots", "rates"]) {
        this.#file.run(`DELETE FROM ${table} WHERE tenant = ?`, id);
      }
      this.#noteChange(id);
      return true;
    });
  }

  getTenant(id: string): Tenant | undefined {
    const row = this.#file.get("SELECT record FROM tenants WHERE id = ?", id);
    return row === undefined ? undefined : tenantOf(row.record as string);
  }

  listTenants(after: string, max: number): readonly Tenant[] {
    const sql = "SELECT record FROM tenants WHERE id > ? ORDER BY id LIMIT ?";
    return this.#file.all(sql, after, max).map(({ record }) => tenantOf(record as string));
  }

  addKey(key: KeyRecord): boolean {
    return this.#manage(() => {
      const tenant = this.#file.get("SELECT 1 FROM tenants WHERE id = ?", key.tenant);
      if (tenant === undefined || this.#insertKey(key) === 0) return false;
      this.#noteChange(key.tenant);
      return true;
    });
  }

  #insertKey(key: KeyRecord): number {
    const sql = "INSERT INTO keys (hash, tenant, id, name, created_ms, used_ms, record) " +
      "VALUES (?, ?, ?, ?, ?, NULL, ?) ON CONFLICT DO NOTHING";
    const { hash, tenant, id, name, createdMs } = key;
    return this.#file.run(sql, hash, tenant, id, name, createdMs, JSON.stringify(key));
  }

  findKey(hash: string): KeyRecord | undefined {
    const row = this.#file.get("SELECT record, used_ms FROM keys WHERE hash = ?", hash);
    return row === undefined ? undefined : keyOf(row.record as string, row.used_ms);
  }

  listKeys(tenant: string): readonly KeyRecord[] {
    const sql = "SELECT record, used_ms FROM keys WHERE tenant = ? ORDER BY created_ms, id";
    return this.#file.all(sql, tenant).map((row) => keyOf(row.record as string, row.used_ms));
  }

  deleteKey(tenant: string, id: string): boolean {
    return this.#manage(() => {
      if (this.#file.run("DELETE FROM keys WHERE tenant = ? AND id = ?", tenant, id) === 0) {
        return false;
      }
      this.#noteChange(tenant);
      return true;
    });
  }

  touchKey(hash: string, usedMs: number): void {
    this.#file.run("UPDATE keys SET used_ms = ? WHERE hash = ?", usedMs, hash);
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
    if (nowMs >= this.#forgetAtMs) this.#forgetOld(nowMs);
    const row = this.#file.get(sql, tenant, unit, window, endsMs, want, limit, least)!;
    return { granted: row.granted as number, taken: row.taken as number };
  }

  giveBack({ tenant, unit, window }: Counter, amount: number): void {
    const sql = "UPDATE counters SET taken = max(0, taken - ?) " +
      "WHERE tenant = ? AND unit = ? AND window = ?";
    this.#file.run(sql, amount, tenant, unit, window);
  }

  readCounter({ tenant, unit, window }: Counter): number {
    const sql = "SELECT taken FROM counters WHERE tenant = ? AND unit = ? AND window = ?";
    return (this.#file.get(sql, tenant, unit, window)?.taken ?? 0) as number;
  }

  holdSlots(
    { tenant, owner, ttlMs }: SlotHolder,
    limit: number,
    want: number,
    nowMs: number,
  ): number {
    return this.#file.write(() => {
      const sql = "SELECT coalesce(sum(held), 0) AS others FROM slots " +
        "WHERE tenant = ? AND owner <> ? AND expires_ms > ?";
      const others = this.#file.get(sql, tenant, owner, nowMs)!.others as number;
      const held = Math.max(0, Math.min(want, limit - others));
      if (held === 0) {
        this.#file.run("DELETE FROM slots WHERE tenant = ? AND owner = ?", tenant, owner);
      } else {
        const put = "INSERT INTO slots (tenant, owner, held, expires_ms) VALUES (?, ?, ?, ?) " +
          "ON CONFLICT DO UPDATE SET held = excluded.held, expires_ms = excluded.expires_ms";
        this.#file.run(put, tenant, owner, held, nowMs + ttlMs);
      }
      return held;
    });
  }

  readSlots(tenant: string, nowMs: number): number {
    const sql = "SELECT coalesce(sum(held), 0) AS held FROM slots " +
      "WHERE tenant = ? AND expires_ms > ?";
    return this.#file.get(sql, tenant, nowMs)!.held as number;
  }

  takeRate(
    tenant: string,
    rate: RateCells,
    least: number,
    most: number,
    nowMs: number,
  ): RateTaken {
    return this.#file.write(() => {
      const row = this.#file.get("SELECT tat_ms FROM rates WHERE tenant = ?", tenant);
      const taken = takeCells((row?.tat_ms ?? 0) as number, rate, least, most, nowMs);
      const sql = "INSERT INTO rates (tenant, tat_ms) VALUES (?, ?) " +
        "ON CONFLICT DO UPDATE SET tat_ms = excluded.tat_ms";
      if (taken.granted > 0) this.#file.run(sql, tenant, taken.tatMs);
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
    this.#file.write(() => {
      this.#file.run("INSERT INTO slots (tenant, owner, held, expires_ms) VALUES ('', '', 0, 0)");
      this.#file.run("DELETE FROM slots WHERE tenant = ''");
    });
  }

  close(): void {
    for (const stop of this.#watches) stop();
    this.#file.close();
  }

  /** Counters of periods that are long over; a server may run for years. */
  #forgetOld(nowMs: number): void {
    this.#forgetAtMs = nowMs + FORGET_EVERY_MS;
    this.#file.run("DELETE FROM counters WHERE ends_ms < ?", nowMs - KEEP_MS);
  }

  #lastChange(): number {
    return (this.#file.get("SELECT max(seq) AS seq FROM changes")!.seq ?? 0) as number;
  }

  #tellSince(seen: number, listener: ChangeListener): number {
    const rows = this.#file.all("SELECT seq, tenant FROM changes WHERE seq > ? ORDER BY seq", seen);
    if (rows.length === 0) return seen;
    if ((rows[0]!.seq as number) > seen + 1) listener(undefined);
    else for (const tenant of new Set(rows.map((row) => row.tenant))) listener(tenant as string);
    return rows.at(-1)!.seq as number;
  }

  #noteChange(tenant: string): void {
    this.#file.run("INSERT INTO changes (tenant) VALUES (?)", tenant);
    this.#file.run(
      "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?",
      CHANGES_KEPT,
    );
  }

  /** What an operator does may wait for others for longer than a call, which holds up all others. */
  #manage<T>(action: () => T): T {
    this.#file.waitForLock(LIMITS.stateTimeoutMs);
    try {
      return this.#file.write(action);
    } finally {
      this.#file.waitForLock(LIMITS.stateLockMs);
    }
  }
}
