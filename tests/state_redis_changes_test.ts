/** Changes in Redis reach every process, also where its pub/sub is refused or dead. */
import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { createTenantManager, openState, type TenantManager } from "../mod.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";
import { SilentProxy } from "./support/silent_proxy.ts";
import { until } from "./support/wait.ts";

/** Two processes' managers, each with its own connections. */
async function withManagers(
  urls: readonly [string, string],
  action: (a: TenantManager, b: TenantManager) => Promise<void>,
): Promise<void> {
  const [a, b] = await Promise.all(
    urls.map(async (url) => createTenantManager(await openState(url))),
  ) as [TenantManager, TenantManager];
  try {
    await action(a, b);
  } finally {
    await a.close();
    await b.close();
  }
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

Deno.test({
  name:
    "a process whose user may neither publish nor subscribe sees revoked keys, and writes whole",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    const admin = new Redis(server.url);
    await admin.call("ACL", "SETUSER", "app", "on", ">pw", "~{gomcp}:*", "+@all");
    admin.disconnect();
    const url = server.url.replace("//", "//app:pw@");
    await withManagers([url, url], async (a, b) => {
      await a.createTenantWithKey("a", "A");
      assertEquals((await b.listKeys("a")).length, 1);
      await a.updateTenant("a", { name: "B" });
      await seesRevocation(a, b);
      assertEquals(b.isReady(), true);
      await a.deleteTenant("a");
      assertEquals([await b.getTenant("a"), await b.listTenants()], [undefined, []]);
    });
  },
});

Deno.test({
  name: "a process whose subscription is dead without a word sees revoked keys",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    await using proxy = SilentProxy.to(server.port);
    await withManagers([server.url, proxy.url], async (a, b) => {
      await a.createTenant("a", "A");
      await until(() => proxy.drop("subscribe") === 1, "the subscription is dead");
      await seesRevocation(a, b);
    });
  },
});

Deno.test({
  name:
    "a process whose connections are all dead without a word opens others and sees revoked keys",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    await using proxy = SilentProxy.to(server.port);
    await withManagers([server.url, proxy.url], async (a, b) => {
      await a.createTenant("a", "A");
      const { secret, key } = await a.createKey("a");
      assertEquals(await codeOf(b, secret), undefined);
      await until(() => proxy.drop("subscribe") === 1, "it has subscribed");
      proxy.drop("");
      await a.revokeKey("a", key.id);
      await until(async () => await codeOf(b, secret) !== undefined, "the key has ended", 20_000);
      // In between it may have been not ready, for as long as new connections take.
      await until(() => b.isReady(), "it is ready", 20_000);
    });
  },
});

Deno.test({
  name: "a process that cannot look for changes says that it is not ready, until it can",
  ignore: !HAS_REDIS,
  async fn() {
    await using server = await RedisServer.start();
    await using proxy = SilentProxy.to(server.port);
    await withManagers([server.url, proxy.url], async (a, b) => {
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
    });
  },
});

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
