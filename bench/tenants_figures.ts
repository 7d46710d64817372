/**
 * The figures of tenants, printed: `deno run -A --v8-flags=--expose-gc bench/tenants_figures.ts`.
 * Rates are of CPU time, so that a busy machine says the same, and medians of rounds.
 */
import { memoryState } from "../src/stores/state/memory_state.ts";
import { createTenantManager, type TenantManager } from "../src/tenants/manager.ts";
import { windowAt } from "../src/tenants/quota_window.ts";
import { benchRuntime, consume, costs, MESSAGE } from "./support.ts";

const METERED = { maxToolCalls: 1_000_000_000, period: "month" } as const;

function heapBytes(): number {
  (globalThis as unknown as { gc(): void }).gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Tenants that the store has, and that no process has seen. */
function managerOf(count: number): { tenants: TenantManager; ids: string[] } {
  const store = memoryState();
  const tenants = createTenantManager(store);
  const record = { name: "Tenant", suspended: false, allowed: undefined, denied: [] } as const;
  // As they come from a client or a store: parsed, and not put together of two halves.
  const names = Array.from({ length: count }, (_, i) => `tenant-${i}`);
  const ids: string[] = JSON.parse(JSON.stringify(names));
  for (const id of ids) {
    store.createTenant({
      id,
      ...record,
      limits: METERED,
      createdMs: 0,
      incarnation: 0,
      version: 1,
    });
  }
  // Counted in the store before, so that only what the process itself has is measured.
  const { name: window, endsMs } = windowAt("month", Date.now());
  const counter = { unit: "calls", window, endsMs } as const;
  for (const tenant of ids) store.take({ tenant, ...counter }, 1, 1);
  return { tenants, ids };
}

async function quotaFigures(count: number): Promise<void> {
  const { tenants, ids } = managerOf(count);
  // So that each has calls in hand: what is measured is not the store.
  for (const id of ids) for (let i = 0; i < 32; i++) consume(tenants.checkQuota(id));
  let at = 0;
  // In an order that no cache foresees.
  const next = () => ids[at = (at + 7_919) % ids.length]!;
  // What any program pays that looks a tenant up: with a million nearly all of it is cache misses.
  const bare = new Map(ids.map((id) => [id, { left: 1_000_000_000 }]));
  const [found, check] = await costs(500_000, [
    () => consume(bare.get(next())!.left--),
    () => consume(tenants.checkQuota(next())),
  ]);
  const millions = (1_000 / check!).toFixed(2);
  console.log(
    `checkQuota at ${count} tenants: ${millions} M/s (${check!.toFixed(0)} ns; a Map of objects ` +
      `alone takes ${found!.toFixed(0)} ns)`,
  );
  await tenants.close();
}

async function memoryFigure(count: number): Promise<void> {
  const { tenants, ids } = managerOf(count);
  const before = heapBytes();
  for (const id of ids) await tenants.checkQuota(id, 1);
  const known = heapBytes() - before;
  console.log(`a known tenant: ${(known / count).toFixed(0)} bytes, at ${count}`);
  await tenants.close();
}

async function keyFigure(): Promise<void> {
  const tenants = createTenantManager(memoryState());
  const { secret } = await tenants.createTenantWithKey("a", "A", { denied: ["delete_*"] });
  await tenants.authenticate(secret);
  const [known] = await costs(100_000, [() => consume(tenants.authenticate(secret))]);
  console.log(`a key that is known: ${(known! / 1_000).toFixed(1)} µs`);
  await tenants.close();
}

async function callFigures(): Promise<void> {
  const tenants = createTenantManager(memoryState());
  await tenants.createTenant("a", "A", METERED);
  const [plain, managed] = [benchRuntime(), benchRuntime([], { tenants })];
  const args = { msg: MESSAGE };
  const [nobody, a] = [await tenants.accessTo("default"), await tenants.accessTo("a")];
  if ("code" in nobody || "code" in a) throw new Error("refused");
  const [base, anybody, metered] = await costs(300_000, [
    () => consume(plain.callTool("echo", args, {})),
    () => consume(managed.callTool("echo", args, { access: nobody })),
    () => consume(managed.callTool("echo", args, { access: a })),
  ]);
  const more = (value: number) => (value - base!).toFixed(0);
  console.log(
    `a call: ${base!.toFixed(0)} ns without tenants, ${more(anybody!)} ns more for the default ` +
      `tenant, ${more(metered!)} ns more with a quota`,
  );
  await tenants.close();
}

await callFigures();
await keyFigure();
await quotaFigures(10_000);
await quotaFigures(1_000_000);
await memoryFigure(200_000);
