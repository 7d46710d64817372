/** Changes in Redis reach every process, also where its pub/sub is refused or dead. */
import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { createTenantManager, openState, type TenantManager } from "../mod.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";
import { SilentProxy } from "./support/silent_proxy.ts";
import { until } from "./support/wait.ts";

/** What a test has: Redis, and a way to it that it can disturb. */
interface World {
  readonly server: RedisServer;
  readonly proxy: SilentProxy;
}

type Test = (a: TenantManager, b: TenantManager, world: World) => Promise<void>;

/** Two processes' managers, each with its own connections: by default the second's go by the proxy. */
function onRedis(
  name: string,
  test: Test,
  urlsOf: (world: World) => Promise<readonly [string, string]> = ({ server, proxy }) =>
    Promise.resolve([server.url, proxy.url]),
): void {
  Deno.test({
    name,
    ignore: !HAS_REDIS,
    async fn() {
      await using server = await RedisServer.start();
      await using proxy = SilentProxy.to(server.port);
      const world = { server, proxy };
      const open = async (url: string) => createTenantManager(await openState(url));
      const [a, b] = await Promise.all((await urlsOf(world)).map(open)) as [
        TenantManager,
        TenantManager,
      ];
      try {
        await test(a, b, world);
      } finally {
        await a.close();
        await b.close();
      }
    },
  });
}

async function codeOf(manager: TenantManager, secret: string): Promise<string | undefined> {
  const answer = await manager.authenticate(secret);
  return "code" in answer ? answer.code : undefined;
}

/** A key that the other process has seen ends there when it is revoked. */
async function seesRevocation(a: TenantManager, b: TenantManager): Promise<void> {
  const { secret, key } = await a.createKey("a", { name: "second" });
  assertEquals(await codeOf(b, secret), undefined);
  await a.revokeKey("a", key.id);
  await until(
    async () => await codeOf(b, secret) === "unauthenticated",
    "the key has ended",
    20_000,
  );
}

/** As a user who has no channels. */
async function withoutChannels({ server }: World): Promise<readonly [string, string]> {
  const admin = new Redis(server.url);
  await admin.call("ACL", "SETUSER", "app", "on", ">pw", "~{gomcp}:*", "+@all");
  admin.disconnect();
  const url = server.url.replace("//", "//app:pw@");
  return [url, url];
}

onRedis(
  "a process whose user may neither publish nor subscribe sees revoked keys, and writes whole",
  async (a, b) => {
    await a.createTenantWithKey("a", "A");
    assertEquals((await b.listKeys("a")).length, 1);
    await a.updateTenant("a", { name: "B" });
    await seesRevocation(a, b);
    assertEquals(b.isReady(), true);
    await a.deleteTenant("a");
    assertEquals([await b.getTenant("a"), await b.listTenants()], [undefined, []]);
  },
  withoutChannels,
);

onRedis(
  "a process whose subscription is dead without a word sees revoked keys",
  async (a, b, { proxy }) => {
    await a.createTenant("a", "A");
    await until(() => proxy.drop("subscribe") === 1, "the subscription is dead");
    await seesRevocation(a, b);
  },
);

onRedis(
  "a process whose connections are all dead without a word opens others and sees revoked keys",
  async (a, b, { proxy }) => {
    await a.createTenant("a", "A");
    const { secret, key } = await a.createKey("a");
    assertEquals(await codeOf(b, secret), undefined);
    await until(() => proxy.drop("subscribe") === 1, "it has subscribed");
    proxy.drop("");
    await a.revokeKey("a", key.id);
    await until(async () => await codeOf(b, secret) !== undefined, "the key has ended", 20_000);
    // In between it may have been not ready, for as long as new connections take.
    await until(() => b.isReady(), "it is ready", 20_000);
  },
);

onRedis(
  "a process that cannot look for changes says that it is not ready, until it can",
  async (a, b, { proxy }) => {
    await a.createTenant("a", "A");
    const { secret, key } = await a.createKey("a");
    assertEquals(await codeOf(b, secret), undefined);
    const isNoted = async () => (await a.listKeys("a"))[0]?.lastUsedMs !== undefined;
    await until(isNoted, "nothing is asked of Redis but the looks");
    await proxy.refuseAll();
    await until(() => !b.isReady(), "it is not ready");
    await a.revokeKey("a", key.id);
    proxy.takeAgain();
    await until(() => b.isReady(), "it is ready again");
    await until(async () => await codeOf(b, secret) !== undefined, "the key has ended");
  },
);

onRedis(
  "a process that knows thousands of tenants takes up after a failure what has changed of them",
  async (a, b, { proxy }) => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `t${i}`);
    const limits = { maxToolCalls: 1_000_000, period: "month" } as const;
    await Promise.all(ids.map((id) => a.createTenant(id, id, limits)));
    for (const id of ids) assertEquals(await b.checkQuota(id), undefined);
    await proxy.refuseAll();
    await until(() => !b.isReady(), "it is away");
    const changed = [ids[0]!, ids.at(-1)!];
    for (const id of changed) await a.updateTenant(id, { limits: { maxToolCalls: 1 } });
    proxy.takeAgain();
    await until(() => b.isReady(), "it is back");
    for (const id of changed) {
      const isKnown = async () => (await b.checkQuota(id, 2))?.limit === 1;
      await until(isKnown, "the new limit is known");
    }
  },
);

Deno.test({
  name: "changes are noted without a gap, and those that were missed with others are all told",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    const store = await openState(server.url);
    const other = await openState(server.url);
    const redis = new Redis(server.url);
    try {
      const seen: (string | undefined)[] = [];
      const stop = await other.watch((id) => void seen.push(id));
      // As after a failover to a machine that lacks the last changes.
      await redis.xadd("{gomcp}:changes", "0-7", "tenant", "late");
      await until(() => seen.length > 0, "it is told");
      assertEquals(seen[0], undefined, "what came before 7 is not there");
      await redis.xadd("{gomcp}:changes", "0-8", "tenant", "next");
      await until(() => seen.length > 1, "the next one is told");
      assertEquals(seen[1], "next");
      assert((await redis.xlen("{gomcp}:changes")) === 2);
      stop();
    } finally {
      redis.disconnect();
      await store.close();
      await other.close();
    }
  },
});
