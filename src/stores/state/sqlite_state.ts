/** State in one SQLite file, shared by all processes of a machine. */
import { type Clock, systemClock } from "../../base/clock.ts";
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
import { SqliteChanges } from "./sqlite_changes.ts";
import { openSqliteFile, type SqliteFile } from "./sqlite_file.ts";

const KEEP_MS = 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Opens a state file, or makes one that only its owner can read.
 *
 * @throws {GomcpError} as `openSqliteFile`.
 */
export function openSqliteState(path: string, clock: Clock = systemClock): StateStore {
  return new SqliteState(openSqliteFile(path), clock);
}

class SqliteState implements StateStore {
  readonly location: string;
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #changes: SqliteChanges;
  #forgetAtMs = 0;

  constructor(file: SqliteFile, clock: Clock) {
    this.#file = file;
    this.location = file.location;
    this.#clock = clock;
    this.#changes = new SqliteChanges(file, clock);
    const nowMs = clock.wall();
    file.manage(() => {
      this.#forgetOld(nowMs);
      file.run("DELETE FROM slots WHERE expires_ms < ?", nowMs - KEEP_MS);
    });
  }

  createTenant(tenant: Tenant, key?: KeyRecord): boolean {
    return this.#file.manage(() => {
      const sql =
        "INSERT INTO tenants (id, version, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
      if (this.#file.run(sql, tenant.id, tenant.version, JSON.stringify(tenant)) === 0) {
        return false;
      }
      if (key !== undefined) this.#insertKey(key);
      this.#changes.note(tenant.id);
      return true;
    });
  }

  replaceTenant(tenant: Tenant): boolean {
    return this.#file.manage(() => {
      const sql = "UPDATE tenants SET version = ?, record = ? WHERE id = ? AND version = ?";
      const { id, version } = tenant;
      if (this.#file.run(sql, version, JSON.stringify(tenant), id, version - 1) === 0) return false;
      this.#changes.note(id);
      return true;
    });
  }

  deleteTenant(id: string): boolean {
    return this.#file.manage(() => {
      if (this.#file.run("DELETE FROM tenants WHERE id = ?", id) === 0) return false;
      for (const table of ["keys", "counters", "slots", "rates"]) {
        this.#file.run(`DELETE FROM ${table} WHERE tenant = ?`, id);
      }
      this.#changes.note(id);
      return true;
    });
  }

  getTenant(id: string): Tenant | undefined {
    const row = this.#file.get("SELECT record FROM tenants WHERE id = ?", id);
    return row === undefined ? undefined : tenantOf(row.record as string);
  }

  listTenants(after: string, max: number): readonly Tenant[] {
    const sql = "SELECT record FROM tenants WHERE id > ? ORDER BY id LIMIT ?";
    return this.#file.texts(sql, after, max).map(tenantOf);
  }

  addKey(key: KeyRecord): boolean {
    return this.#file.manage(() => {
      const tenant = this.#file.get("SELECT 1 FROM tenants WHERE id = ?", key.tenant);
      if (tenant === undefined || this.#insertKey(key) === 0) return false;
      this.#changes.note(key.tenant);
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
    return this.#file.manage(() => {
      if (this.#file.run("DELETE FROM keys WHERE tenant = ? AND id = ?", tenant, id) === 0) {
        return false;
      }
      this.#changes.note(tenant);
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

  watch(onChange: ChangeListener, onFault: FaultListener = () => {}): () => void {
    return this.#changes.watch(onChange, onFault);
  }

  ping(): void {
    this.#file.write(() => {
      this.#file.run("INSERT INTO slots (tenant, owner, held, expires_ms) VALUES ('', '', 0, 0)");
      this.#file.run("DELETE FROM slots WHERE tenant = ''");
    });
  }

  close(): void {
    this.#changes.close();
    this.#file.close();
  }

  /** Counters of periods that are long over; a server may run for years. */
  #forgetOld(nowMs: number): void {
    this.#forgetAtMs = nowMs + FORGET_EVERY_MS;
    this.#file.run("DELETE FROM counters WHERE ends_ms < ?", nowMs - KEEP_MS);
  }
}
