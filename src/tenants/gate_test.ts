/** What a server debits on behalf of callers: batches, and limits that change while calls run. */
import { assertEquals } from "@std/assert";
import type { Problem } from "../base/errors.ts";
import { FakeClock } from "../base/fake_clock.ts";
import type { Access } from "../pipeline/access.ts";
import { Call } from "../pipeline/call.ts";
import { failed } from "../pipeline/outcome.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import type { Meter, QuotaGate } from "./gate.ts";
import { createTenantManager, type TenantManager } from "./manager.ts";
import { quotaLayer } from "./quota_layer.ts";
import type { TenantLimits } from "./tenant.ts";

interface World {
  readonly tenants: TenantManager;
  readonly clock: FakeClock;
  readonly gate: QuotaGate;
  readonly access: Access;
  readonly meter: Meter;
  used(): Promise<number>;
}

async function withTenant(
  limits: TenantLimits,
  action: (world: World) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const tenants = createTenantManager(memoryState(), { clock });
  await tenants.createTenant("a", "A", limits);
  const { gate } = tenants;
  const access = await tenants.accessTo("a") as Access;
  const used = async () => (await tenants.usage("a")).calls.used;
  await action({ tenants, clock, gate, access, meter: gate.meterOf(access)!, used });
  await tenants.close();
}

Deno.test("a call of a batch that may not run for another limit is given back", () =>
  withTenant({ maxToolCalls: 10, maxConcurrent: 1 }, async ({ gate, access, meter, used }) => {
    const ticket = await gate.admitBatch(access, 3) as BatchTicket;
    assertEquals(await used(), 3);
    assertEquals(await gate.admit(meter, 0, ticket), undefined);
    for (let i = 0; i < 2; i++) {
      assertEquals((await gate.admit(meter, 0, ticket))?.code, "quota_exceeded");
    }
    gate.release(meter, { window: ticket.window, bytes: 0 }, true, 0);
    gate.endBatch(access, ticket);
    assertEquals(await used(), 1);
  }));

Deno.test("a limit of concurrency that comes while calls run counts these, too", () =>
  withTenant({ maxToolCalls: 10 }, async ({ tenants, gate, meter }) => {
    for (let i = 0; i < 2; i++) assertEquals(await gate.admit(meter, 0, undefined), undefined);
    await tenants.updateTenant("a", { limits: { maxConcurrent: 2 } });
    assertEquals((await gate.admit(meter, 0, undefined))?.code, "quota_exceeded");
    gate.release(meter, { window: meter.window, bytes: 0 }, true, 0);
    gate.release(meter, { window: meter.window, bytes: 0 }, true, 0);
  }));

Deno.test("a call of a batch that never ran is given back to the period that paid for it", () =>
  withTenant({ maxToolCalls: 2, maxConcurrent: 9 }, async ({ clock, gate, access, used }) => {
    const ticket = await gate.admitBatch(access, 2) as BatchTicket;
    clock.advance(86_400_000);
    const refuse = quotaLayer(gate)(() =>
      failed({ code: "overloaded", detail: "The queue is full" })
    );
    for (let i = 0; i < 2; i++) {
      await refuse(new Call({ tool: "t", adapter: "grpc", args: {}, access, ticket }));
    }
    gate.endBatch(access, ticket);
    const left = await gate.admitBatch(access, 2);
    assertEquals((left as BatchTicket).left, 2);
    assertEquals(await used(), 2);
    const more = await gate.admitBatch(access, 1);
    assertEquals((more as Problem).code, "quota_exceeded");
  }));
