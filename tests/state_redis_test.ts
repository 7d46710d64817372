/** The state in Redis keeps the contract of all stores, against a real server. */
import { assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../src/base/errors.ts";
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
      for (let i = 10_000; i < 14_700; i += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, j) => store.take(minute(i + j), 9, 1)));
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
  name: "openRedisState() says where nobody answers, without the password",
  // ioredis gives a socket that never opened two more seconds.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const url = "redis://user:secret@127.0.0.1:1/2";
    const error = await assertRejects(() => openRedisState(url), GomcpError);
    assertEquals(error.code, "overloaded");
    assertEquals(error.message.includes("secret"), false);
    assertEquals(error.message.startsWith("Cannot reach redis://127.0.0.1:1/2: "), true);
  },
});
