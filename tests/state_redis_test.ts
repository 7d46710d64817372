/** The state in Redis keeps the contract of all stores, against a real server. */
import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { createTenantManager } from "../mod.ts";
import { systemClock } from "../src/base/clock.ts";
import { GomcpError } from "../src/base/errors.ts";
import { createLogger } from "../src/base/log.ts";
import { type OpenedStore, testStateStore } from "../src/stores/state/contract.ts";
import { openRedisState } from "../src/stores/state/redis_state.ts";
import { until } from "./support/wait.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";

const COUNTER = { tenant: "a", unit: "calls", window: "day:1", endsMs: Date.now() + 9e6 } as const;

async function open(): Promise<OpenedStore> {
  const server = await RedisServer.start();
  const store = await openRedisState(server.url);
  const other = await openRedisState(server.url);
  return {
    store,
    other,
    settle: (done) => until(() => Promise.resolve(done()), "changes are told"),
    async [Symbol.asyncDispose]() {
      await store.close();
      await other.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

if (HAS_REDIS) testStateStore("openRedisState()", open);

Deno.test({
  name: "openRedisState() goes on by itself after Redis was killed and came back",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    const store = await openRedisState(server.url);
    try {
      assertEquals(await store.take(COUNTER, 10, 4), { granted: 4, taken: 4 });
      const told = Promise.withResolvers<string | undefined>();
      const stop = await store.watch(told.resolve);
      await server.kill();
      const away = await assertRejects(async () => await store.take(COUNTER, 10, 1), GomcpError);
      assertEquals(away.code, "overloaded");
      const isRefused = async () => {
        const error = await Promise.resolve(store.ping()).catch((thrown: GomcpError) => thrown);
        return error?.message.includes("ECONNREFUSED") === true;
      };
      await until(isRefused, "it says why it is away");
      await server.run();
      assertEquals(await told.promise, undefined, "anything may have changed meanwhile");
      // The connection for changes may be back before that for commands.
      const answers = async () => {
        await store.ping();
        return true;
      };
      await until(() => answers().catch(() => false), "commands are answered");
      assertEquals(await store.take(COUNTER, 10, 9), { granted: 6, taken: 10 });
      stop();
    } finally {
      await store.close();
    }
  },
});

Deno.test({
  name: "openRedisState() keeps the counters of a day's minutes, and not those of all days",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    const store = await openRedisState(server.url);
    try {
      const minute = (i: number) => ({ ...COUNTER, window: `minute:${i}` });
      await store.take({ ...COUNTER, window: "day:1" }, 9, 1);
      for (let i = 10_000; i < 14_700; i += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, j) => store.take(minute(i + j), 9, 1)));
      }
      const left = [10_000, 12_000, 13_300, 14_699].map((i) => store.readCounter(minute(i)));
      assertEquals(await Promise.all(left), [0, 0, 1, 1]);
      assertEquals(await store.readCounter({ ...COUNTER, window: "day:1" }), 1);
    } finally {
      await store.close();
    }
  },
});

Deno.test({
  name: "a server whose Redis takes no writes is not ready until it does",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    const admin = new Redis(server.url);
    const store = await openRedisState(server.url);
    const said: string[] = [];
    const log = createLogger({
      level: "info",
      format: "text",
      clock: systemClock,
      write: (line) => void said.push(line),
    });
    const tenants = createTenantManager(store, { log });
    try {
      await tenants.createTenant("a", "A", { maxToolCalls: 9, period: "day" });
      await admin.config("SET", "min-replicas-to-write", "1");
      assertEquals((await tenants.checkQuota("a"))?.code, "overloaded");
      assertEquals(tenants.isReady(), false);
      const error = await assertRejects(async () => await store.ping(), GomcpError, "NOREPLICAS");
      assertEquals(error.code, "overloaded");
      await admin.config("SET", "min-replicas-to-write", "0");
      await until(() => tenants.isReady(), "it is ready");
      assertEquals(await tenants.checkQuota("a"), undefined);
      const count = (text: string) => said.filter((line) => line.includes(text)).length;
      assertEquals([count("state store is away"), count("state store is back")], [1, 1]);
    } finally {
      admin.disconnect();
      await tenants.close();
    }
  },
});

Deno.test({
  name: "openRedisState() frees no slots for a process whose clock is wrong",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    const store = await openRedisState(server.url);
    try {
      const hold = (owner: string, nowMs: number) =>
        store.holdSlots({ tenant: "a", owner, ttlMs: 600_000 }, 3, 3, nowMs);
      assertEquals(await hold("p", Date.now()), 3);
      assertEquals(await hold("ahead by a day", Date.now() + 86_400_000), 0);
      assertEquals(await store.readSlots("a", Date.now() + 86_400_000), 3);
      assertEquals(await hold("p", 0), 3);
      assertEquals(await hold("q", Date.now()), 0, "also of one whose clock was behind");
    } finally {
      await store.close();
    }
  },
});

Deno.test({
  name: "openRedisState() says where nobody answers, without the password",
  async fn() {
    const url = "redis://user:secret@127.0.0.1:1/2";
    const error = await assertRejects(() => openRedisState(url), GomcpError);
    assertEquals(error.code, "overloaded");
    assertEquals(error.message.includes("secret"), false);
    const text = "Cannot reach redis://127.0.0.1:1/2: connect ECONNREFUSED 127.0.0.1:1";
    assertEquals(error.message, text);
  },
});

Deno.test({
  name: "openRedisState() says what is wrong with a URL, and never takes another database for it",
  ignore: !HAS_REDIS,
  async fn(t) {
    await using server = await RedisServer.start();
    const admin = new Redis(server.url);
    await admin.call("ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-@dangerous");
    const at = (user: string, path = "") => server.url.replace("//", `//${user}@`) + path;
    const rows: [string, string][] = [
      [at("app:wrong"), "WRONGPASS"],
      [at("app:pw", "/99"), "DB index is out of range"],
      [at("app:pw", "/abc"), "no number of a database"],
      ["redis://127.0.0.1:port", "it is no URL"],
    ];
    for (const [url, text] of rows) {
      await t.step(text, async () => {
        const error = await assertRejects(() => openRedisState(url), GomcpError, text);
        assertEquals(error.code, "invalid_request");
        assertEquals(/wrong|pw/.test(error.message.replace("WRONGPASS", "")), false);
      });
    }
    await t.step("a user who may not ask for INFO, in a database of its own", async () => {
      const store = await openRedisState(at("app:pw", "/3"));
      assertEquals(await store.take(COUNTER, 10, 4), { granted: 4, taken: 4 });
      assertEquals(await admin.dbsize(), 0);
      await store.close();
    });
    await t.step("a user who loses the right to select", async () => {
      const store = await openRedisState(at("app:pw", "/3"));
      await admin.call("ACL", "SETUSER", "app", "-select");
      await admin.client("KILL", "USER", "app");
      const isRefused = async () => {
        const error = await Promise.resolve(store.take(COUNTER, 10, 1)).catch((each) => each);
        return error instanceof GomcpError && error.message.includes("select");
      };
      await until(isRefused, "nothing is written into database 0");
      assertEquals(await admin.dbsize(), 0);
      await store.close();
    });
    admin.disconnect();
  },
});
