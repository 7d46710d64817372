/** What tenants cost: a debit, a known key, a view, and the memory of a tenant. */
import { createTenantManager, type TenantManager } from "../src/tenants/manager.ts";
import { isKeyText } from "../src/tenants/api_key.ts";
import { memoryState } from "../src/stores/state/memory_state.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";

const LIMITS_OF_ALL = { maxToolCalls: 1_000_000_000, period: "month" } as const;

function managerOf(count: number): { tenants: TenantManager; ids: string[] } {
  const store = memoryState();
  const tenants = createTenantManager(store);
  const ids = Array.from({ length: count }, (_, i) => `tenant-${i}`);
  for (const id of ids) {
    store.createTenant({
      id,
      name: "Tenant",
      suspended: false,
      limits: LIMITS_OF_ALL,
      allowed: undefined,
      denied: [],
      createdMs: 0,
      version: 1,
    });
  }
  // Known to the process, with calls in hand.
  for (const id of ids) for (let i = 0; i < 32; i++) consume(tenants.checkQuota(id));
  return { tenants, ids };
}

/** Visits the ids in an order that no cache foresees. */
function visitor(ids: readonly string[]): () => string {
  let at = 0;
  return () => ids[at = (at + 7_919) % ids.length]!;
}

for (const count of [10_000, 1_000_000]) {
  const { tenants, ids } = managerOf(count);
  const next = visitor(ids);
  Deno.bench(`checkQuota of one of ${count} tenants, 1000 times`, { group: "quota" }, () => {
    for (let i = 0; i < 1_000; i++) consume(tenants.checkQuota(next()));
  });
}

{
  const tenants = createTenantManager(memoryState());
  const { secret } = await tenants.createTenantWithKey("a", "A", { denied: ["delete_*"] });
  await tenants.authenticate(secret);
  Deno.bench("a key that is known", { group: "key" }, () => {
    consume(tenants.authenticate(secret));
  });
  Deno.bench("the checksum of a key that is not", { group: "key" }, () => {
    consume(isKeyText(secret));
  });
}

{
  const tenants = createTenantManager(memoryState());
  await tenants.createTenant("a", "A", LIMITS_OF_ALL);
  const plain = benchRuntime();
  const metered = benchRuntime([], { tenants });
  await tenants.accessTo("a");
  const args = { msg: MESSAGE };
  Deno.bench("a call without tenants", { group: "call", baseline: true }, () => {
    consume(plain.callTool("echo", args));
  });
  Deno.bench("a call of the default tenant", { group: "call" }, () => {
    consume(metered.callTool("echo", args));
  });
  Deno.bench("a metered call of a tenant", { group: "call" }, () => {
    consume(metered.callTool("echo", args, { tenant: "a" }));
  });
}
