/** How fast tenants may call: one process, several, and a store that is away. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { SILENT_LOG } from "../base/log.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { Rates } from "./rates.ts";
import type { StateStore } from "./state_store.ts";
import { type StateFailure, StoreHealth } from "./store_health.ts";
import type { TenantRate } from "./tenant.ts";
import { TenantState } from "./tenant_state.ts";

function tenant(rate: TenantRate): TenantState {
  const record = { name: "A", suspended: false, allowed: undefined, denied: [], createdMs: 0 };
  return new TenantState(
    "a",
    { id: "a", ...record, limits: { rate }, incarnation: 0, version: 1 },
    true,
  );
}

function processOf(store: StateStore, clock: FakeClock, onFailure: StateFailure = "refuse"): Rates {
  const health = new StoreHealth({ store, clock, log: SILENT_LOG, onFailure });
  return new Rates({ store, clock, onFailure, health });
}

/** How many of `tries` calls pass now. */
async function passed(rates: Rates, state: TenantState, tries: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: tries }, () => rates.take(state)));
  return answers.filter((why) => why === undefined).length;
}

Deno.test("Rates let a tenant go no faster than its rate", async () => {
  const clock = new FakeClock();
  const rates = processOf(memoryState(), clock);
  const state = tenant({ count: 10, periodMs: 1_000, burst: 3 });
  const tries = async () => {
    const waits = [];
    for (let i = 0; i < 4; i++) waits.push((await rates.take(state))?.retryAfterMs);
    return waits;
  };
  assertEquals(await tries(), [undefined, undefined, undefined, 100]);
  clock.advance(99);
  assertEquals((await rates.take(state))?.retryAfterMs, 1);
  clock.advance(1);
  assertEquals(await rates.take(state), undefined);
  assertEquals((await rates.take(state))?.code, "rate_limited");
  clock.advance(10_000);
  assertEquals(await tries(), [undefined, undefined, undefined, 100]);
});

for (const kind of ["at once", "later"] as const) {
  Deno.test(`Rates hold over processes, with a store that answers ${kind}`, async () => {
    const clock = new FakeClock();
    const memory = memoryState();
    const store: StateStore = kind === "at once" ? memory : Object.assign(Object.create(memory), {
      takeRate: (...args: Parameters<StateStore["takeRate"]>) =>
        Promise.resolve(memory.takeRate(...args)),
    });
    const [a, b] = [processOf(store, clock), processOf(store, clock)];
    const rate = { count: 100, periodMs: 1_000, burst: 20 };
    const [ofA, ofB] = [tenant(rate), tenant(rate)];
    // The first has taken fifteen, in blocks that double; three of them are in its hand.
    assertEquals([await passed(a, ofA, 12), await passed(b, ofB, 30)], [12, 5]);
    let later = 0;
    for (let i = 0; i < 100; i++) {
      clock.advance(10);
      later += await passed(a, ofA, 3) + await passed(b, ofB, 3);
    }
    assertEquals(later, 100 + 3, "in a second, and what was in hand");
  });
}

Deno.test("a process that takes calls at a rate and does not use them keeps few from others", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  const [a, b] = [processOf(store, clock), processOf(store, clock)];
  const rate = { count: 1_000, periodMs: 1_000, burst: 1_000 };
  const [ofA, ofB] = [tenant(rate), tenant(rate)];
  const ofFirst = await passed(a, ofA, 130);
  const ofSecond = await passed(b, ofB, 2_000);
  assertEquals(ofFirst, 130);
  assertEquals(ofSecond >= 1_000 - 130 - 100 && ofSecond <= 870, true, `${ofSecond}`);
});

Deno.test("calls at a rate are refused while the store is away, or let through where it was said", async () => {
  const clock = new FakeClock();
  const store = Object.assign(Object.create(memoryState()), {
    takeRate: () => Promise.reject(new Error("gone")),
  });
  const state = tenant({ count: 1 });
  assertEquals((await processOf(store, clock).take(state))?.code, "overloaded");
  assertEquals(await processOf(store, clock, "allow").take(state), undefined);
});
