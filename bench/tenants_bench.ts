/** What a call asks of tenants: who it is by a key, what it may see, and a debit. */
import { memoryState } from "../src/stores/state/memory_state.ts";
import { createTenantManager } from "../src/tenants/manager.ts";
import { consume } from "./support.ts";

const TENANTS = 1_000;
const NEVER_MET = 1_000_000_000;

const manager = createTenantManager(memoryState());
const ids = Array.from({ length: TENANTS }, (_, at) => `tenant-${at}`);
for (const id of ids) {
  await manager.createTenant(id, id, { maxToolCalls: NEVER_MET, period: "month" });
  await manager.checkQuota(id);
}
const { secret } = await manager.createTenantWithKey("keyed", "Keyed", { allowed: ["read_*"] });
await manager.authenticate(secret);

let at = 0;

Deno.bench("checkQuota, one tenant", { group: "quota", baseline: true }, () => {
  consume(manager.checkQuota(ids[0]!));
});

Deno.bench(`checkQuota, ${TENANTS} tenants in turns`, { group: "quota" }, () => {
  at = (at + 617) % TENANTS;
  consume(manager.checkQuota(ids[at]!));
});

Deno.bench("authenticate, a key that is known", { group: "key" }, () => {
  consume(manager.authenticate(secret));
});

Deno.bench("authenticate, a key that is none", { group: "key" }, () => {
  consume(manager.authenticate("gmcp_no_such_key"));
});
