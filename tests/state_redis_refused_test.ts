/**
 * The state in Redis where it cannot be had. In a file of its own: a connection that did not come to
 * be has a timer that outlives the test.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { GomcpError } from "../src/base/errors.ts";
import { openRedisState } from "../src/stores/state/redis_state.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";
import { until } from "./support/wait.ts";

const COUNTER = { tenant: "a", unit: "calls", window: "day:1", endsMs: Date.now() + 9e6 } as const;

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
    const text = "Cannot reach redis://127.0.0.1:1/2: connect ECONNREFUSED 127.0.0.1:1";
    assertEquals(error.message, text);
  },
});

Deno.test({
  name: "openRedisState() says what is wrong with a URL, and never takes another database for it",
  ignore: !HAS_REDIS,
  sanitizeOps: false,
  sanitizeResources: false,
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
