/** State in Redis or Valkey (7 or later), shared by several machines. */
import { type Logger, SILENT_LOG } from "../../base/log.ts";
import type { KeyRecord } from "../../tenants/api_key.ts";
import {
  AHEAD_CALLS,
  type RateCells,
  type RateTaken,
  ROUNDING_MS,
} from "../../tenants/rate_cells.ts";
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
import { RedisChanges } from "./redis_changes.ts";
import { openRedisLink, PREFIX, type RedisLink } from "./redis_link.ts";
import { REDIS_SCRIPTS } from "./redis_scripts.ts";

const CHANGES = `${PREFIX}changes`;

/**
 * Connects to `redis://…` or, with TLS, `rediss://…`.
 *
 * @throws {GomcpError} `overloaded` when it cannot be reached, `invalid_request` when it is too old.
 */
export async function openRedisState(url: string, log: Logger = SILENT_LOG): Promise<StateStore> {
  return new RedisState(await openRedisLink(url, REDIS_SCRIPTS, log));
}

class RedisState implements StateStore {
  readonly location: string;
  readonly #link: RedisLink;
  readonly #watches = new Set<RedisChanges>();

  constructor(link: RedisLink) {
    this.location = link.location;
    this.#link = link;
  }

  async createTenant(tenant: Tenant, key?: KeyRecord): Promise<boolean> {
    const { id } = tenant;
    const names = ["tenants", "ids", "keys", `key-ids:${id}`, `key-names:${id}`, "changes"];
    const first = key === undefined ? [] : [key.hash, JSON.stringify(key), key.id, key.name];
    return await this.#link.script(
      "gomcpCreateTenant",
      names,
      id,
      JSON.stringify(tenant),
      ...first,
    ) ===
      1;
  }

  async replaceTenant(tenant: Tenant): Promise<boolean> {
    const { id, version } = tenant;
    const args = [id, JSON.stringify(tenant), version - 1];
    return await this.#link.script("gomcpReplaceTenant", ["tenants", "changes"], ...args) === 1;
  }

  async deleteTenant(id: string): Promise<boolean> {
    const own = ["key-ids", "key-names"].map((name) => `${name}:${id}`);
    const more = ["counters", "slots", "rate"].map((name) => `${name}:${id}`);
    const names = ["tenants", "ids", "keys", ...own, "used", ...more, "changes"];
    return await this.#link.script("gomcpDeleteTenant", names, id) === 1;
  }

  async getTenant(id: string): Promise<Tenant | undefined> {
    const text = await this.#link.ask((redis) => redis.hget(`${PREFIX}tenants`, id));
    return text === null ? undefined : tenantOf(text);
  }

  async listTenants(after: string, max: number): Promise<readonly Tenant[]> {
    const from = after === "" ? "-" : `(${after}`;
    const ids = await this.#link.ask((redis) =>
      redis.zrangebylex(`${PREFIX}ids`, from, "+", "LIMIT", 0, max)
    );
    if (ids.length === 0) return [];
    const texts = await this.#link.ask((redis) => redis.hmget(`${PREFIX}tenants`, ...ids));
    return texts.filter((text) => text !== null).map(tenantOf);
  }

  async addKey(key: KeyRecord): Promise<boolean> {
    const { tenant } = key;
    const names = ["tenants", "keys", `key-ids:${tenant}`, `key-names:${tenant}`, "changes"];
    const args = [tenant, key.hash, JSON.stringify(key), key.id, key.name];
    return await this.#link.script("gomcpAddKey", names, ...args) === 1;
  }

  async findKey(hash: string): Promise<KeyRecord | undefined> {
    const [text, used] = await this.#link.ask((redis) =>
      Promise.all([redis.hget(`${PREFIX}keys`, hash), redis.hget(`${PREFIX}used`, hash)])
    );
    return text === null ? undefined : keyOf(text, used);
  }

  async listKeys(tenant: string): Promise<readonly KeyRecord[]> {
    const hashes = await this.#link.ask((redis) => redis.hvals(`${PREFIX}key-ids:${tenant}`));
    const keys = await Promise.all(hashes.map((hash) => this.findKey(hash)));
    return keys.filter((key) => key !== undefined)
      .sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
  }

  async deleteKey(tenant: string, id: string): Promise<boolean> {
    const names = ["keys", `key-ids:${tenant}`, `key-names:${tenant}`, "used", "changes"];
    return await this.#link.script("gomcpDeleteKey", names, tenant, id) === 1;
  }

  async touchKey(hash: string, usedMs: number): Promise<void> {
    await this.#link.ask((redis) => redis.hset(`${PREFIX}used`, hash, usedMs));
  }

  async take(counter: Counter, limit: number, want: number, least = 1): Promise<Taken> {
    const ends = Math.ceil(counter.endsMs / 1000) + 86_400;
    const names = [`counters:${counter.tenant}`];
    const args = [fieldOf(counter), limit, want, ends, least];
    const reply = await this.#link.script("gomcpTake", names, ...args);
    const [granted, taken] = reply as [number, number];
    return { granted, taken };
  }

  async giveBack(counter: Counter, amount: number): Promise<void> {
    await this.#link.script(
      "gomcpGiveBack",
      [`counters:${counter.tenant}`],
      fieldOf(counter),
      amount,
    );
  }

  async readCounter(counter: Counter): Promise<number> {
    const name = `${PREFIX}counters:${counter.tenant}`;
    return Number(await this.#link.ask((redis) => redis.hget(name, fieldOf(counter))) ?? 0);
  }

  async holdSlots(
    { tenant, owner, ttlMs }: SlotHolder,
    limit: number,
    want: number,
  ): Promise<number> {
    const args = [owner, ttlMs, limit, want];
    return await this.#link.script("gomcpHoldSlots", [`slots:${tenant}`], ...args) as number;
  }

  async readSlots(tenant: string): Promise<number> {
    const [all, [seconds, micros]] = await this.#link.ask((redis) =>
      Promise.all([redis.hvals(`${PREFIX}slots:${tenant}`), redis.time()])
    );
    const nowMs = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    const live = all.map((text) => text.split(" ").map(Number)).filter(([, at]) => at! > nowMs);
    return live.reduce((sum, [held]) => sum + held!, 0);
  }

  async takeRate(
    tenant: string,
    { intervalMs, toleranceMs }: RateCells,
    least: number,
    most: number,
  ): Promise<RateTaken> {
    const args = [intervalMs, toleranceMs, least, most, AHEAD_CALLS, ROUNDING_MS];
    const reply = await this.#link.script("gomcpTakeRate", [`rate:${tenant}`], ...args);
    const [granted, wait] = reply as [number, string];
    return { granted, waitMs: Number(wait) };
  }

  async watch(onChange: ChangeListener, onFault: FaultListener = () => {}): Promise<() => void> {
    const changes = new RedisChanges({
      connection: this.#link.connection,
      name: CHANGES,
      log: this.#link.log,
      onChange,
      onFault,
    });
    this.#watches.add(changes);
    await changes.start();
    return () => void changes.stop();
  }

  async ping(): Promise<void> {
    // It may answer and take no writes: with too few replicas, or as one that is read only.
    await this.#link.ask((redis) => redis.set(`${PREFIX}health`, 1));
  }

  async close(): Promise<void> {
    const ends = [...this.#watches].map((changes) => changes.stop());
    this.#watches.clear();
    await Promise.all([...ends, this.#link.close()]);
  }
}

function fieldOf({ unit, window }: Counter): string {
  return `${unit}:${window}`;
}
