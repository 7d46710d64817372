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

/** A call of that tenant's, paid for by `ticket` if there is one. */
function callOf(access: Access, ticket?: BatchTicket): Call {
  return new Call({ tool: "t", adapter: "grpc", args: {}, access, ticket });
}

const THREE = [{}, {}, {}];

Deno.test("calls of a batch wait for its slots, whatever others of the tenant do", () =>
  withTenant({ maxToolCalls: 10, maxConcurrent: 2 }, async ({ gate, access, meter, used }) => {
    // One slot is somebody else's: the batch has the other.
    assertEquals(await gate.admit(meter, 2, callOf(access)), undefined);
    const ticket = await gate.admitBatch(access, THREE, 9) as BatchTicket;
    assertEquals(ticket.slots, 1);
    assertEquals(await used(), 4);
    assertEquals((await gate.admit(meter, 2, callOf(access)) as Problem).code, "quota_exceeded");
    assertEquals((await gate.admitBatch(access, THREE, 9) as Problem).code, "quota_exceeded");
    const debit = { window: ticket.window, bytes: 2, ticket };
    const entered: number[] = [];
    const calls = THREE.map(() => callOf(access, ticket));
    const waiting = calls.map(async (call, i) => {
      const why = await gate.admit(meter, 2, call);
      entered.push(why === undefined ? i : -i);
    });
    await waiting[0];
    assertEquals(entered, [0]);
    calls[1]!.stop({ code: "cancelled", detail: "not wanted" });
    await waiting[1];
    gate.release(meter, debit, true, 0);
    await waiting[2];
    assertEquals(entered, [0, -1, 2]);
    gate.release(meter, debit, true, 0);
    gate.endBatch(access, ticket);
    assertEquals(await used(), 3, "the one that was stopped is given back");
    // Its slot is free again, and no more than that.
    assertEquals(await gate.admit(meter, 2, callOf(access)), undefined);
    assertEquals((await gate.admit(meter, 2, callOf(access)) as Problem).code, "quota_exceeded");
  }));

Deno.test("a ticket pays for no more calls than its batch has", () =>
  withTenant({ maxToolCalls: 10 }, async ({ gate, access, meter }) => {
    const ticket = await gate.admitBatch(access, [{}], 9) as BatchTicket;
    assertEquals(await gate.admit(meter, 0, callOf(access, ticket)), undefined);
    const more = await gate.admit(meter, 0, callOf(access, ticket)) as Problem;
    assertEquals(more.code, "quota_exceeded");
  }));

Deno.test("a batch pays for its arguments whole, and gets back what never ran", () =>
  withTenant({ maxBytes: 20 }, async ({ tenants, gate, access, meter }) => {
    const args = [{ a: 1 }, { b: 2 }];
    const usedBytes = async () => (await tenants.usage("a")).bytes.used;
    const ticket = await gate.admitBatch(access, args, 9) as BatchTicket;
    const refused = await gate.admitBatch(access, args, 9) as Problem;
    assertEquals([refused.code, refused.limit, refused.used], ["quota_exceeded", 20, 14]);
    const run = quotaLayer(gate)(() => failed({ code: "overloaded", detail: "The queue is full" }));
    await run(new Call({ tool: "t", adapter: "grpc", args: args[0], access, ticket }));
    gate.endBatch(access, ticket);
    const again = await gate.admitBatch(access, [...args, {}], 9) as BatchTicket;
    assertEquals(again.left, 3);
    assertEquals(await usedBytes(), 16, "what never ran is given back");
    assertEquals(await gate.admit(meter, 7, callOf(access)) !== undefined, true);
  }));

Deno.test("a batch is debited at the tenant's rate whole, also one above the burst", () =>
  withTenant({ rate: { count: 10, burst: 4 } }, async ({ clock, gate, access }) => {
    assertEquals(await gate.checkRate(access, callOf(access)), undefined);
    const refused = await gate.admitBatch(access, Array(4).fill({}), 9) as Problem;
    assertEquals([refused.code, refused.retryAfterMs, refused.limit], ["rate_limited", 100, 4]);
    clock.advance(100);
    const ticket = await gate.admitBatch(access, Array(6).fill({}), 9) as BatchTicket;
    assertEquals(ticket.left, 6);
    assertEquals(await gate.checkRate(access, callOf(access, ticket)), undefined);
    // Two more than the burst: two intervals later than else the next one comes.
    const later = await gate.checkRate(access, callOf(access)) as Problem;
    assertEquals(later.retryAfterMs, 300);
  }));

Deno.test("a batch that is refused has used up neither rate nor quota", () =>
  withTenant(
    { maxToolCalls: 6, maxConcurrent: 1, maxBytes: 1_000, rate: { count: 10, burst: 4 } },
    async ({ gate, access, clock, used }) => {
      const offer = (calls: number) => gate.admitBatch(access, Array(calls).fill({}), 9);
      for (let i = 0; i < 9; i++) assertEquals((await offer(7) as Problem).code, "quota_exceeded");
      const ticket = await offer(4) as BatchTicket;
      gate.endBatch(access, ticket);
      const paid = await offer(1);
      assertEquals((paid as Problem).code, "rate_limited", "the first one took the whole burst");
      assertEquals(await used(), 0);
      // Its slot is free again, too.
      clock.advance(400);
      assertEquals((await offer(4) as BatchTicket).left, 4);
    },
  ));

Deno.test("a limit of concurrency that comes while calls run counts these, too", () =>
  withTenant({ maxToolCalls: 10 }, async ({ tenants, gate, access, meter }) => {
    for (let i = 0; i < 2; i++) assertEquals(await gate.admit(meter, 0, callOf(access)), undefined);
    await tenants.updateTenant("a", { limits: { maxConcurrent: 2 } });
    assertEquals((await gate.admit(meter, 0, callOf(access)))?.code, "quota_exceeded");
    const debit = { window: meter.window, bytes: 0, ticket: undefined };
    for (let i = 0; i < 2; i++) gate.release(meter, debit, true, 0);
  }));

Deno.test("a call of a batch that never ran is given back to the period that paid for it", () =>
  withTenant({ maxToolCalls: 2, maxConcurrent: 9 }, async ({ clock, gate, access, used }) => {
    const ticket = await gate.admitBatch(access, [{}, {}], 9) as BatchTicket;
    clock.advance(86_400_000);
    const refuse = quotaLayer(gate)(() =>
      failed({ code: "overloaded", detail: "The queue is full" })
    );
    for (let i = 0; i < 2; i++) await refuse(callOf(access, ticket));
    gate.endBatch(access, ticket);
    const left = await gate.admitBatch(access, [{}, {}], 9);
    assertEquals((left as BatchTicket).left, 2);
    assertEquals(await used(), 2);
    const more = await gate.admitBatch(access, [{}], 9);
    assertEquals((more as Problem).code, "quota_exceeded");
  }));
