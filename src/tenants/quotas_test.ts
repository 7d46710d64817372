/** Quotas out of blocks: exact for one process and for several, also when the store is away. */
import { assert, assertEquals } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import { SILENT_LOG } from "../base/log.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { CoarseClock } from "./coarse_clock.ts";
import { Quotas } from "./quotas.ts";
import { type StateFailure, StoreHealth } from "./store_health.ts";
import type { StateStore, Taken } from "./state_store.ts";
import type { TenantLimits } from "./tenant.ts";
import { TenantState } from "./tenant_state.ts";

const DAY_MS = 86_400_000;

function tenant(limits: TenantLimits): TenantState {
  const record = { name: "A", suspended: false, allowed: undefined, denied: [], createdMs: 0 };
  return new TenantState("a", { id: "a", ...record, limits, incarnation: 0, version: 1 }, true);
}

function processOf(
  store: StateStore,
  clock: FakeClock,
  owner = "p",
  onFailure: StateFailure = "refuse",
): Quotas {
  const coarse = new CoarseClock(clock);
  const health = new StoreHealth({ store, clock, log: SILENT_LOG, onFailure });
  return new Quotas({ store, clock, log: SILENT_LOG, onFailure, owner, health, coarse });
}

/** Lets promises of a store settle that answers at once. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** The same store, each answer a promise. */
function later(store: StateStore): StateStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function" || name === "watch") return value;
      return (...args: unknown[]) => Promise.resolve(value.apply(target, args));
    },
  });
}

for (const kind of ["at once", "later"] as const) {
  const open = () => kind === "at once" ? memoryState() : later(memoryState());

  Deno.test(`Quotas admit exactly the limit, with a store that answers ${kind}`, async () => {
    const clock = new FakeClock();
    const store = open();
    const processes = ["p", "q", "r"].map((owner) => processOf(store, clock, owner));
    const states = processes.map(() => tenant({ maxToolCalls: 1_000 }));
    let admitted = 0;
    await Promise.all(Array.from({ length: 5_000 }, async (_, i) => {
      const at = i % 3;
      if (await processes[at]!.admit(states[at]!, 0) === undefined) admitted++;
    }));
    assertEquals(admitted, 1_000);
    for (const each of processes) await each.close();
  });
}

Deno.test("Quotas ask the store once a block, and not at all without limits", () => {
  const store = memoryState();
  let asked = 0;
  const take = store.take.bind(store);
  store.take = (...args) => (asked++, take(...args));
  const quotas = processOf(store, new FakeClock());
  const state = tenant({ maxToolCalls: 1_000_000 });
  // Leases of 1, 2, 4 … 2,048, and then of 4,096.
  const block = LIMITS.quotaBlockMax;
  for (let i = 0; i < block - 1 + 10 * block; i++) assertEquals(quotas.admit(state, 0), undefined);
  assertEquals(asked, 12 + 10);
  const free = tenant({ maxBatchSize: 5 });
  assertEquals(quotas.admit(free, 0), undefined);
  assertEquals(asked, 12 + 10);
  quotas.close();
});

Deno.test("Quotas ask a store that answers later before anybody has to wait for it", async () => {
  const inner = memoryState();
  const quotas = processOf(later(inner), new FakeClock());
  const state = tenant({ maxToolCalls: 1_000_000 });
  const block = LIMITS.quotaBlockMax;
  for (let i = 0; i < 2 * block; i++) assertEquals(await quotas.admit(state, 0), undefined);
  let waited = 0;
  for (let i = 0; i < 10 * block; i++) {
    const decision = quotas.admit(state, 0);
    if (decision instanceof Promise) waited++;
    await decision;
    if (i % 100 === 0) await settled(); // the store has time to answer
    assert(state.calls <= block);
  }
  assertEquals(waited, 0);
  await quotas.close();
  const { name: window, endsMs } = state.plan.windows.at(new FakeClock().wall());
  const counter = { tenant: "a", unit: "calls", window, endsMs } as const;
  assertEquals(inner.readCounter(counter), 12 * block, "what was not used is given back");
});

Deno.test("Quotas say what limit, how much is used and when it is whole again", async () => {
  const clock = new FakeClock();
  const quotas = processOf(memoryState(), clock);
  const state = tenant({ maxToolCalls: 2, period: "hour" });
  assertEquals(await quotas.admit(state, 0), undefined);
  assertEquals(await quotas.admit(state, 0), undefined);
  const refusal = await quotas.admit(state, 0);
  assertEquals(refusal, {
    code: "quota_exceeded",
    detail: "Quota of 2 calls per hour has 0 left, which is not enough; " +
      "it is whole again at 2027-01-15T09:00:00.000Z",
    limit: 2,
    used: 2,
    remaining: 0,
    resetsAt: "2027-01-15T09:00:00.000Z",
    retryAfterMs: 3_600_000,
  });
  clock.advance(3_600_000);
  assertEquals(await quotas.admit(state, 0), undefined, "the next hour");
  await quotas.close();
});

Deno.test("Quotas give back what a process does not use, and all at its end", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  const [p, q] = [processOf(store, clock), processOf(store, clock, "q")];
  const [ofP, ofQ] = [tenant({ maxToolCalls: 640 }), tenant({ maxToolCalls: 640 })];
  const use = async (calls: number) => {
    for (let i = 0; i < calls; i++) assertEquals(await p.admit(ofP, 0), undefined);
  };
  await use(4);
  await q.admit(ofQ, 0);
  const name = `day:${Math.floor(clock.wall() / DAY_MS)}`;
  const counter = { tenant: "a", unit: "calls", window: name, endsMs: clock.wall() } as const;
  assertEquals(store.readCounter(counter), 1 + 2 + 4 + 1);
  clock.advance(LIMITS.quotaTickMs);
  await settled();
  assertEquals(store.readCounter(counter), 8, "in use until the last look");
  clock.advance(LIMITS.quotaTickMs);
  await settled();
  assertEquals(store.readCounter(counter), 5);
  await use(2);
  assertEquals(store.readCounter(counter), 5 + 1 + 2);
  await p.close();
  assertEquals(store.readCounter(counter), 7);
  await q.close();
});

for (const used of [1, 2, 3, 10, 100, 500, 900]) {
  Deno.test(`Quotas of a process that is gone after ${used} calls cost less than these`, async () => {
    const clock = new FakeClock();
    const store = memoryState();
    const [gone, other] = [processOf(store, clock), processOf(store, clock, "q")];
    const limit = 1_000;
    const [ofGone, ofOther] = [tenant({ maxToolCalls: limit }), tenant({ maxToolCalls: limit })];
    for (let i = 0; i < used; i++) assertEquals(await gone.admit(ofGone, 0), undefined);
    let admitted = 0;
    while (await other.admit(ofOther, 0) === undefined) admitted++;
    const lost = limit - used - admitted;
    assert(lost >= 0 && lost < used && lost < limit / 64, `${lost}`);
    await other.close();
    await gone.close();
  });
}

Deno.test("Quotas give back of thousands of tenants at the end", async () => {
  const store = later(memoryState());
  const quotas = processOf(store, new FakeClock());
  const record = { name: "A", suspended: false, allowed: undefined, denied: [], createdMs: 0 };
  const limits = { maxToolCalls: 640, maxConcurrent: 5, period: "month" } as const;
  const ids = Array.from({ length: 1_000 }, (_, i) => `t${i}`);
  const states = ids.map((id) =>
    new TenantState(id, { id, ...record, limits, incarnation: 0, version: 1 }, true)
  );
  for (let i = 0; i < 2; i++) await Promise.all(states.map((state) => quotas.admit(state, 0)));
  for (const state of states) quotas.release(state);
  await quotas.close();
  const { name: window, endsMs } = states[0]!.plan.windows.at(new FakeClock().wall());
  for (const tenant of ids) {
    assertEquals(await store.readCounter({ tenant, unit: "calls", window, endsMs }), 2);
    assertEquals(await store.readSlots(tenant, 0), 0);
  }
});

Deno.test("Quotas admit a batch whole or not at all", async () => {
  const quotas = processOf(memoryState(), new FakeClock());
  const state = tenant({ maxToolCalls: 10, maxBatchSize: 8 });
  assertEquals(quotas.checkBatch(state, 8), undefined);
  assertEquals(quotas.checkBatch(state, 9)?.limit, 8);
  assertEquals(await quotas.reserve(state, 8), undefined);
  const refusal = await quotas.reserve(state, 3);
  assertEquals([refusal?.used, refusal?.remaining], [8, 2]);
  assertEquals(await quotas.reserve(state, 2), undefined);
  await quotas.close();
});

for (const kind of ["at once", "later"] as const) {
  Deno.test(`Quotas keep nothing of a batch that is refused, with a store that answers ${kind}`, async () => {
    const clock = new FakeClock();
    const inner = memoryState();
    let most = 0;
    const take = inner.take.bind(inner);
    inner.take = (counter, ...more) => {
      const answer = take(counter, ...more) as Taken;
      if (counter.unit === "calls") most = Math.max(most, answer.taken);
      return answer;
    };
    const store = kind === "at once" ? inner : later(inner);
    const [p, q] = [processOf(store, clock), processOf(store, clock, "q")];
    const limits = { maxToolCalls: 100, maxBytes: 10_000 };
    const [ofP, ofQ] = [tenant(limits), tenant(limits)];
    const { name: window, endsMs } = ofP.plan.windows.at(clock.wall());
    const count = (unit: "calls" | "bytes") =>
      inner.readCounter({ tenant: "a", unit, window, endsMs }) as number;
    assertEquals(await p.admitBatch(ofP, 60, 100), undefined);
    for (let i = 0; i < 20; i++) {
      assertEquals((await p.admitBatch(ofP, 41, 100))?.limit, 100, "more calls than are left");
      assertEquals((await p.admitBatch(ofP, 30, 9_901))?.limit, 10_000, "more bytes");
      clock.advance(LIMITS.quotaEmptyMs);
    }
    await settled();
    // At most a lease, a 64th of the limit, is in hand.
    assert(count("calls") <= 61 && count("bytes") <= 100 + 157, `${count("calls")}`);
    assert(most < 100, `${most} were out of reach of others meanwhile`);
    assertEquals(await q.admitBatch(ofQ, 39, 9_000), undefined);
    await q.close();
    await p.close();
  });
}

Deno.test("Quotas give back at once what a batch did not need", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  const [p, q] = [processOf(store, clock), processOf(store, clock, "q")];
  const limits = { maxToolCalls: 100, maxBytes: 10_000 };
  const [ofP, ofQ] = [tenant(limits), tenant(limits)];
  assertEquals(await p.admitBatch(ofP, 90, 9_000), undefined);
  p.refund(ofP, 90, 9_000, ofP.window);
  assertEquals(await q.admitBatch(ofQ, 90, 9_000), undefined);
  await p.close();
  await q.close();
});

Deno.test("Quotas let no argument go over the bytes, and no call begin once results have", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  const [p, q] = [processOf(later(store), clock), processOf(store, clock, "q")];
  const [ofP, ofQ] = [tenant({ maxBytes: 2_000 }), tenant({ maxBytes: 2_000 })];
  const decisions = await Promise.all(Array.from({ length: 10 }, () => p.admit(ofP, 900)));
  assertEquals(decisions.filter((why) => why === undefined).length, 2);
  // Two were running: both of their results count, for every process, at once.
  for (let i = 0; i < 2; i++) p.debitBytes(ofP, 1_000);
  await settled();
  assertEquals((await q.admit(ofQ, 2))?.code, "quota_exceeded");
  clock.advance(LIMITS.quotaEmptyMs);
  assertEquals((await p.admit(ofP, 2))?.code, "quota_exceeded");
  const { name: window, endsMs } = ofP.plan.windows.at(clock.wall());
  await p.close();
  assertEquals(store.readCounter({ tenant: "a", unit: "bytes", window, endsMs }), 3_800);
  await q.close();
});

Deno.test("Quotas give a call back that never ran, but to no other period", async () => {
  const clock = new FakeClock();
  const quotas = processOf(memoryState(), clock);
  const state = tenant({ maxToolCalls: 1 });
  await quotas.admit(state, 0);
  assertEquals((await quotas.admit(state, 0))?.code, "quota_exceeded");
  quotas.refund(state, 1, 0, state.window);
  assertEquals(await quotas.admit(state, 0), undefined);
  const { window } = state;
  clock.advance(DAY_MS);
  assertEquals(await quotas.admit(state, 0), undefined);
  quotas.refund(state, 1, 0, window);
  assertEquals((await quotas.admit(state, 0))?.code, "quota_exceeded");
  await quotas.close();
});

Deno.test("Quotas hold concurrency over processes, and free it when one is gone", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  // The clock of p stands still, as that of a process that is gone.
  const [p, q] = [processOf(store, new FakeClock()), processOf(store, clock, "q")];
  const [ofP, ofQ] = [tenant({ maxConcurrent: 3 }), tenant({ maxConcurrent: 3 })];
  assertEquals(await p.admit(ofP, 0), undefined);
  assertEquals(await p.admit(ofP, 0), undefined);
  assertEquals(await q.admit(ofQ, 0), undefined);
  const refusal = await q.admit(ofQ, 0);
  assertEquals([refusal?.code, refusal?.limit, refusal?.remaining], ["quota_exceeded", 3, 0]);
  q.release(ofQ);
  assertEquals(await q.admit(ofQ, 0), undefined);
  for (let ms = 0; ms < LIMITS.slotTtlMs; ms += LIMITS.quotaTickMs) {
    clock.advance(LIMITS.quotaTickMs);
    await settled();
  }
  assertEquals(await q.admit(ofQ, 0), undefined);
  assertEquals(await q.admit(ofQ, 0), undefined);
  assertEquals((await q.admit(ofQ, 0))?.code, "quota_exceeded");
  await q.close();
  await p.close();
});

Deno.test("Quotas of a process that was stopped for long take no slots for theirs", async () => {
  const [clockOfP, clock] = [new FakeClock(), new FakeClock()];
  const store = memoryState();
  const [p, q] = [processOf(store, clockOfP), processOf(store, clock, "q")];
  const [ofP, ofQ] = [tenant({ maxConcurrent: 2 }), tenant({ maxConcurrent: 2 })];
  for (let i = 0; i < 2; i++) assertEquals(await p.admit(ofP, 0), undefined);
  for (let i = 0; i < 2; i++) p.release(ofP);
  // The time of p goes on without a tick: it was stopped.
  clock.advance(LIMITS.slotTtlMs);
  for (let i = 0; i < 2; i++) assertEquals(await q.admit(ofQ, 0), undefined);
  clockOfP.wall = clock.wall.bind(clock);
  assertEquals((await p.admit(ofP, 0))?.code, "quota_exceeded");
  q.release(ofQ);
  await q.close();
  await p.close();
});

Deno.test("Quotas count bytes of arguments before a call and of results after it", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  const quotas = processOf(store, clock);
  const state = tenant({ maxBytes: 1_000 });
  assertEquals(await quotas.admit(state, 600), undefined);
  assertEquals((await quotas.admit(state, 600))?.remaining, 400);
  quotas.debitBytes(state, 900); // nobody knew before that the result was so large
  clock.advance(LIMITS.quotaEmptyMs);
  assertEquals((await quotas.admit(state, 1))?.code, "quota_exceeded");
  clock.advance(2 * LIMITS.quotaTickMs);
  await settled();
  await quotas.close();
  const name = `day:${Math.floor(clock.wall() / DAY_MS)}`;
  assertEquals(store.readCounter({ tenant: "a", unit: "bytes", window: name, endsMs: 0 }), 1_500);
});

Deno.test("Quotas refuse new calls while the store is away, use up what they hold, and come back", async () => {
  const clock = new FakeClock();
  const inner = memoryState();
  let isAway = false;
  const fail = () => {
    throw new GomcpError("overloaded", "Cannot use state");
  };
  const store: StateStore = new Proxy(inner, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return isAway ? fail : value.bind(target);
    },
  });
  const quotas = processOf(store, clock);
  const state = tenant({ maxToolCalls: 640 });
  // Of leases of 1, 2, 4, 8 and 10 the last is hardly used.
  for (let i = 0; i < 16; i++) await quotas.admit(state, 0);
  isAway = true;
  for (let i = 0; i < 9; i++) assertEquals(await quotas.admit(state, 0), undefined, "held");
  assertEquals((await quotas.admit(state, 0))?.code, "overloaded");
  assertEquals(quotas.isReady, false);
  const lenient = processOf(store, clock, "q", "allow");
  const other = tenant({ maxToolCalls: 1, maxBytes: 1, maxConcurrent: 1 });
  for (let i = 0; i < 5; i++) assertEquals(await lenient.admit(other, 9), undefined);
  isAway = false;
  clock.advance(1_000);
  await settled();
  assert(quotas.isReady && lenient.isReady);
  assertEquals(await quotas.admit(state, 0), undefined);
  await quotas.close();
  await lenient.close();
});
