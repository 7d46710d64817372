/** Which attempts count as guesses, and which do not. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { SILENT_LOG } from "../base/log.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { createTenantManager, type TenantManager } from "../tenants/manager.ts";
import { createAuthenticator } from "./authenticate.ts";

const CLIENT = { name: "c", version: "1", address: "10.0.0.1" };

Deno.test("a key of a suspended tenant, and one that has expired, are no guesses", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  const before = createTenantManager(store, { clock });
  const { secret: suspended } = await before.createTenantWithKey("a", "A");
  await before.updateTenant("a", { suspended: true });
  const expiresMs = clock.wall() + 1_000;
  const { secret: expired } = await before.createTenantWithKey("b", "B", {}, { expiresMs });
  const { secret: good } = await before.createTenantWithKey("c", "C");
  clock.advance(1_000);
  // A server that was started later, and has seen none of them.
  const tenants = createTenantManager(store, { clock });
  const authenticate = createAuthenticator({ tenants, rateLimits: [], clock, log: SILENT_LOG });
  const codeOf = async (secret: string) => {
    const answer = await authenticate(secret, CLIENT);
    return "code" in answer ? answer.code : "access";
  };
  for (let i = 0; i < 20; i++) {
    assertEquals([await codeOf(suspended), await codeOf(expired)], [
      "forbidden",
      "unauthenticated",
    ]);
  }
  assertEquals(await codeOf(good), "access");
  for (let i = 0; i < 10; i++) assertEquals(await codeOf(`gmcp_${i}`), "unauthenticated");
  assertEquals(await codeOf("gmcp_x"), "rate_limited");
  assertEquals(await keyUse(tenants, "b"), undefined);
  assertEquals(typeof await keyUse(tenants, "c"), "number");
  await tenants.close();
  await before.close();
});

async function keyUse(tenants: TenantManager, tenant: string): Promise<number | undefined> {
  return (await tenants.listKeys(tenant))[0]!.lastUsedMs;
}
