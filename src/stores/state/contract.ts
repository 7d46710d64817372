/** What every state store promises, as tests: each store's own test file runs all of them. */
import { assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import type { KeyRecord } from "../../tenants/api_key.ts";
import type { Counter, StateStore } from "../../tenants/state_store.ts";
import type { Tenant } from "../../tenants/tenant.ts";

/** A store for a test, and what is to be done behind it. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: StateStore;
  /** Another connection to the same state; the same store where there is no other way. */
  readonly other: StateStore;
  /** Resolves when `other` has told of the changes that `done` waits for. */
  settle(done: () => boolean): Promise<void>;
}

const NOW = 1_800_000_000_000;

function tenant(id: string, more: Partial<Tenant> = {}): Tenant {
  return {
    id,
    name: `Tenant ${id}`,
    suspended: false,
    limits: { maxToolCalls: 10, period: "day" },
    allowed: undefined,
    denied: ["delete_*"],
    createdMs: NOW,
    incarnation: 7,
    version: 1,
    ...more,
  };
}

function key(of: string, name: string, more: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: `id-${name}`,
    hash: `hash-${of}-${name}`,
    tenant: of,
    name,
    scopes: ["read_*"],
    createdMs: NOW,
    expiresMs: NOW + 1_000,
    lastUsedMs: undefined,
    ...more,
  };
}

function counter(of: string, more: Partial<Counter> = {}): Counter {
  return { tenant: of, unit: "calls", window: "day:1", endsMs: Date.now() + 60_000, ...more };
}

type Check = (opened: OpenedStore) => Promise<void>;

const CHECKS: Readonly<Record<string, Check>> = {
  async "creates a tenant once, with its first key"({ store, other }) {
    const a = tenant("a", { allowed: ["read_*"] });
    assertEquals(await store.createTenant(a, key("a", "first")), true);
    assertEquals(await other.createTenant(tenant("a", { name: "another" }), key("a", "2")), false);
    assertEquals(await other.getTenant("a"), a);
    assertEquals(await other.listKeys("a"), [key("a", "first")]);
    assertEquals(await other.getTenant("b"), undefined);
  },
  async "replaces a tenant only where nobody else has"({ store, other }) {
    await store.createTenant(tenant("a"));
    assertEquals(await store.replaceTenant(tenant("a", { name: "x", version: 2 })), true);
    assertEquals(await other.replaceTenant(tenant("a", { name: "y", version: 2 })), false);
    assertEquals((await other.getTenant("a"))?.name, "x");
    assertEquals(await other.replaceTenant(tenant("b", { version: 2 })), false);
    assertEquals(await other.getTenant("b"), undefined);
  },
  async "removes a tenant with all that is its own"({ store, other }) {
    await store.createTenant(tenant("a"), key("a", "first"));
    await store.createTenant(tenant("ab"), key("ab", "first"));
    await store.take(counter("a"), 10, 4);
    await store.take(counter("ab"), 10, 4);
    await store.holdSlots({ tenant: "a", owner: "p", ttlMs: 60_000 }, 5, 2, Date.now());
    assertEquals(await other.deleteTenant("a"), true);
    assertEquals(await other.deleteTenant("a"), false);
    assertEquals(await store.getTenant("a"), undefined);
    assertEquals(await store.findKey("hash-a-first"), undefined);
    assertEquals(await store.listKeys("a"), []);
    assertEquals(await store.readCounter(counter("a")), 0);
    assertEquals(await store.readSlots("a", Date.now()), 0);
    assertEquals(await store.readCounter(counter("ab")), 4);
    assertEquals((await store.listKeys("ab")).length, 1);
    assertEquals(await store.createTenant(tenant("a"), key("a", "first")), true);
  },
  async "lists tenants in pages, in the order of their ids"({ store, other }) {
    const ids = ["b", "a", "a-1", "a.2", "a_3", "c0", "10", "9"];
    for (const id of ids) await store.createTenant(tenant(id));
    const all = [];
    let after = "";
    for (;;) {
      const page = await other.listTenants(after, 3);
      if (page.length === 0) break;
      all.push(...page.map(({ id }) => id));
      after = all.at(-1)!;
    }
    assertEquals(all, [...ids].sort());
  },
  async "keeps keys by hash, tenant and name"({ store, other }) {
    await store.createTenant(tenant("a"));
    await store.createTenant(tenant("b"));
    assertEquals(await store.addKey(key("a", "one")), true);
    const two = key("a", "two", { createdMs: NOW + 1, scopes: undefined, expiresMs: undefined });
    assertEquals(await store.addKey(two), true);
    assertEquals(await store.addKey(key("b", "one")), true);
    const again = key("a", "one", { hash: "other", id: "other" });
    assertEquals(await other.addKey(again), false, "a name that is taken");
    assertEquals(await other.findKey("other"), undefined);
    assertEquals(await other.addKey(key("nobody", "one")), false);
    assertEquals(await other.findKey("hash-nobody-one"), undefined);
    assertEquals(await other.listKeys("a"), [key("a", "one"), two]);
    assertEquals(await other.findKey("hash-a-two"), two);
    assertEquals(await other.deleteKey("b", "id-two"), false);
    assertEquals(await other.deleteKey("a", "id-one"), true);
    assertEquals(await other.deleteKey("a", "id-one"), false);
    assertEquals(await store.findKey("hash-a-one"), undefined);
    assertEquals(await store.addKey(key("a", "one")), true, "its name is free again");
  },
  async "notes when a key was used"({ store, other }) {
    await store.createTenant(tenant("a"), key("a", "one"));
    await store.touchKey("hash-a-one", NOW + 5);
    await store.touchKey("hash-nobody", NOW + 5);
    assertEquals((await other.findKey("hash-a-one"))?.lastUsedMs, NOW + 5);
    assertEquals((await other.listKeys("a"))[0]?.lastUsedMs, NOW + 5);
  },
  async "grants no more than the limit, by whomever it is asked"({ store, other }) {
    assertEquals(await store.take(counter("a"), 10, 4), { granted: 4, taken: 4 });
    assertEquals(await other.take(counter("a"), 10, 4), { granted: 4, taken: 8 });
    assertEquals(await store.take(counter("a"), 10, 4), { granted: 2, taken: 10 });
    assertEquals(await other.take(counter("a"), 10, 4), { granted: 0, taken: 10 });
    await store.giveBack(counter("a"), 3);
    assertEquals(await other.readCounter(counter("a")), 7);
    assertEquals(await other.take(counter("a"), 10, 4), { granted: 3, taken: 10 });
    assertEquals(await other.take(counter("a"), 5, 1), { granted: 0, taken: 10 }, "a lower limit");
    assertEquals(await other.take(counter("a"), 12, 9), { granted: 2, taken: 12 });
  },
  async "grants nothing where less than the least is left"({ store, other }) {
    assertEquals(await store.take(counter("a"), 10, 20, 11), { granted: 0, taken: 0 });
    assertEquals(await store.take(counter("a"), 10, 8, 8), { granted: 8, taken: 8 });
    assertEquals(await other.take(counter("a"), 10, 9, 3), { granted: 0, taken: 8 });
    assertEquals(await other.take(counter("a"), 10, 9, 2), { granted: 2, taken: 10 });
  },
  async "grants the first wish no more than the limit, and exact numbers"({ store }) {
    assertEquals(await store.take(counter("a"), 3, 9), { granted: 3, taken: 3 });
    const big = 999_999_999_999_999;
    const bytes = counter("a", { unit: "bytes" });
    assertEquals(await store.take(bytes, big, big - 1), { granted: big - 1, taken: big - 1 });
    assertEquals(await store.take(bytes, big, 5), { granted: 1, taken: big });
    assertEquals(await store.readCounter(bytes), big);
  },
  async "counts tenants, units and periods apart"({ store }) {
    await store.take(counter("a"), 10, 1);
    await store.take(counter("a", { window: "day:2" }), 10, 2);
    await store.take(counter("a", { unit: "bytes" }), 10, 3);
    await store.take(counter("b"), 10, 4);
    const read = async (more: Partial<Counter>, of = "a") =>
      await store.readCounter(counter(of, more));
    assertEquals(
      [
        await read({}),
        await read({ window: "day:2" }),
        await read({ unit: "bytes" }),
        await read({}, "b"),
      ],
      [1, 2, 3, 4],
    );
    await store.giveBack(counter("a"), 5);
    assertEquals(await read({}), 0, "never below nothing");
    await store.giveBack(counter("c"), 5);
    assertEquals(await read({}, "c"), 0);
  },
  async "grants exactly the limit to many who ask at once"({ store, other }) {
    const asked = Array.from(
      { length: 200 },
      (_, i) => (i % 2 === 0 ? store : other).take(counter("a"), 501, 7),
    );
    const granted = (await Promise.all(asked)).reduce((sum, taken) => sum + taken.granted, 0);
    assertEquals(granted, 501);
  },
  async "holds slots up to the limit, until they are given back or expire"({ store, other }) {
    const hold = async (from: StateStore, owner: string, want: number, ttlMs = 600_000) =>
      await from.holdSlots({ tenant: "a", owner, ttlMs }, 5, want, Date.now());
    const held = async (of = "a") => await store.readSlots(of, Date.now());
    assertEquals(await hold(store, "p", 3), 3);
    assertEquals(await hold(other, "q", 3), 2);
    assertEquals(await held(), 5);
    assertEquals(await hold(other, "r", 1), 0);
    assertEquals(await hold(store, "p", 1), 1);
    assertEquals(await hold(other, "r", 9), 2);
    assertEquals(await hold(store, "p", 0), 0);
    assertEquals(await held(), 4);
    assertEquals(await hold(other, "q", 2, 1), 2);
    for (let i = 0; i < 1_000 && await held() > 2; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(await held(), 2, "q has expired");
    assertEquals(await hold(store, "p", 9), 3);
    assertEquals(await held("b"), 0);
  },
  async "grants calls at a rate, whoever asks, and a batch whole"({ store, other }) {
    const hour = 3_600_000;
    const take = async (from: StateStore, least: number, most: number, burst = 5, of = "a") => {
      const rate = { intervalMs: hour, toleranceMs: (burst - 1) * hour };
      const { granted, waitMs } = await from.takeRate(of, rate, least, most, Date.now());
      // To the minute: time goes on while a store works.
      return [granted, Math.round(waitMs / 60_000)];
    };
    assertEquals(await take(store, 1, 3), [3, 0]);
    assertEquals(await take(other, 3, 3), [0, 60], "two are left: no part of three");
    assertEquals(await take(other, 1, 9), [2, 0]);
    assertEquals(await take(store, 1, 1), [0, 60]);
    assertEquals(await take(store, 2, 2), [0, 120]);
    assertEquals(await take(store, 1, 9, 1, "b"), [1, 0], "of each tenant");
    assertEquals(await take(store, 8, 8, 5, "c"), [8, 0], "more than the burst, when it is whole");
    assertEquals(await take(other, 1, 1, 5, "c"), [0, 4 * 60]);
    assertEquals(await take(other, 8, 8, 5, "c"), [0, 8 * 60]);
  },
  async "forgets the rate of a tenant that is gone"({ store, other }) {
    const rate = { intervalMs: 3_600_000, toleranceMs: 0 };
    const take = async () => (await store.takeRate("a", rate, 1, 1, Date.now())).granted;
    await store.createTenant(tenant("a"));
    assertEquals([await take(), await take()], [1, 0]);
    await other.deleteTenant("a");
    assertEquals(await take(), 1);
  },
  async "tells of changes by others, and stops when told"({ store, other, settle }) {
    const seen = new Set<string | undefined>();
    const stop = await other.watch((id) => void seen.add(id));
    const next = async (...expected: readonly string[]) => {
      await settle(() => expected.every((id) => seen.has(id)));
      assertEquals(seen, new Set(expected));
      seen.clear();
    };
    await store.createTenant(tenant("a"), key("a", "one"));
    await next("a");
    await store.replaceTenant(tenant("a", { version: 2 }));
    await next("a");
    await store.addKey(key("a", "two"));
    await next("a");
    await store.deleteKey("a", "id-two");
    await store.createTenant(tenant("b"));
    await next("a", "b");
    await store.take(counter("b"), 10, 1);
    await store.touchKey("hash-a-one", NOW);
    await store.deleteTenant("a");
    await next("a"); // and not "b": the use of a quota is no change
    stop();
    await store.deleteTenant("b");
    await next();
  },
  async "answers, until it is closed"({ store }) {
    await store.ping();
    await store.close();
    await store.close();
    if (store.location === "memory:") return;
    const error = await assertRejects(async () => await store.ping(), GomcpError);
    assertEquals(error.code, "overloaded");
  },
};

/** Runs all checks, each on a store of its own. */
export function testStateStore(name: string, open: () => Promise<OpenedStore>): void {
  for (const [what, check] of Object.entries(CHECKS)) {
    Deno.test(`${name} ${what}`, async () => {
      await using opened = await open();
      await check(opened);
    });
  }
}
