/** Several limits over one bounded table, against what they promise and against a plain model. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { GomcpError } from "../base/errors.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { RateKey, RateLimit } from "../base/rate_limit.ts";
import type { RateReading } from "../pipeline/rate.ts";
import { createRateLimiter, type RateSubject } from "./limiter.ts";

const DAY_MS = 86_400_000;

type Said = Partial<Omit<RateSubject, "client">> & { client?: string; address?: string };

function subjectOf({ operation = "tool", name = "t", tenant = "x", client, address }: Said = {}) {
  return { operation, name, tenant, client: { name: client, address } } satisfies RateSubject;
}

function setUp(limits: readonly RateLimit[], keysMax?: number) {
  const clock = new FakeClock();
  const limiter = createRateLimiter(limits, { clock, ...(keysMax !== undefined && { keysMax }) });
  return {
    clock,
    limiter,
    check: (said?: Said) => limiter.checkRate(subjectOf(said)),
    /** How many calls pass at once. */
    passes(said?: Said): number {
      let calls = 0;
      while (limiter.checkRate(subjectOf(said)) === undefined) calls++;
      return calls;
    },
    read(said?: Said): RateReading[] {
      const readings: RateReading[] = [];
      limiter.checkRate(subjectOf(said), readings);
      return readings;
    },
  };
}

const API: RateLimit = { name: "api", count: 10, burst: 3 };

Deno.test("checkRate() refuses the call after the burst, and says when the next will pass", () => {
  const { check, clock, passes } = setUp([API]);
  assertEquals(passes(), 3);
  assertEquals(check(), {
    code: "rate_limited",
    detail: 'Rate limit "api" (10 per 1s, 3 at once) is used up; try again in 100ms',
    limit: 3,
    limitName: "api",
    remaining: 0,
    retryAfterMs: 100,
  });
  clock.advance(99.5);
  assertEquals(check()?.retryAfterMs, 1);
  clock.advance(0.5);
  assertEquals(passes(), 1);
  clock.advance(200);
  assertEquals(passes(), 2);
  clock.advance(DAY_MS);
  assertEquals(passes(), 3);
});

Deno.test("checkRate() says long waits in seconds", () => {
  const { check, passes } = setUp([{ name: "slow", count: 1, periodMs: 90_500 }]);
  assertEquals(passes(), 1);
  const { detail } = check()!;
  assertEquals(detail, 'Rate limit "slow" (1 per 1m30s500ms) is used up; try again in 91s');
});

Deno.test("a refused call costs nothing: who keeps asking does not have to wait longer", () => {
  const { check, clock, passes } = setUp([API]);
  passes();
  for (let asked = 0; asked < 99; asked++) {
    clock.advance(1);
    assert(check() !== undefined);
  }
  clock.advance(1);
  assertEquals(passes(), 1);
});

const KEYS: readonly (readonly [readonly RateKey[], Said, Said, boolean])[] = [
  [[], { tenant: "a", client: "a" }, { tenant: "b", client: "b" }, true],
  [["tenant"], { tenant: "a" }, { tenant: "b" }, false],
  [["tenant"], { client: "a" }, { client: "b" }, true],
  [["client"], { client: "a" }, { client: "b" }, false],
  [["client"], {}, { client: "" }, true],
  [["tool"], { name: "a" }, { name: "b" }, false],
  [["tool"], { operation: "tool" }, { operation: "prompt" }, false],
  [["tenant", "tool"], { tenant: "ab", name: "c" }, { tenant: "a", name: "bc" }, false],
  [["address"], { address: "10.0.0.1" }, { address: "10.0.0.2" }, false],
  [["address"], { address: "2001:db8::1" }, { address: "2001:db8::2" }, true],
  [["address", "client"], { address: "a", client: "b" }, { address: "b", client: "a" }, false],
];

for (const [per, one, other, together] of KEYS) {
  const what = `${JSON.stringify(one)} and ${JSON.stringify(other)}`;
  Deno.test(`per [${per}] ${what} ${together ? "share a limit" : "have one each"}`, () => {
    const { passes } = setUp([{ ...API, per }]);
    assertEquals([passes(one), passes(other)], [3, together ? 0 : 3]);
  });
}

Deno.test("a limit counts what it says, and failed logins only when it names them", () => {
  const limits: RateLimit[] = [
    { name: "all", count: 2 },
    { name: "logins", count: 1, operations: ["login", "list"] },
    { name: "finders", count: 1, tools: ["find_*", "s?ow"] },
  ];
  const names = (said: Said) => setUp(limits).read(said).map(({ name }) => name);
  assertEquals(names({ operation: "resource", name: "find_x" }), ["all"]);
  assertEquals(names({ operation: "list" }), ["all", "logins"]);
  assertEquals(names({ operation: "login" }), ["logins"]);
  assertEquals(names({ name: "find_" }), ["all", "finders"]);
  assertEquals(names({ name: "show" }), ["all", "finders"]);
  assertEquals(names({ name: "sow" }), ["all"]);
});

Deno.test("what no limit counts passes, and there is nothing to read", () => {
  const { check, read, limiter } = setUp([{ name: "p", count: 1, operations: ["prompt"] }]);
  for (let call = 0; call < 5; call++) assertEquals(check(), undefined);
  assertEquals(read(), []);
  assertEquals(limiter.stats().keys, 0);
});

Deno.test("the refusal names the limit that will take longest", () => {
  const { passes, check } = setUp([
    { name: "fast", count: 10, burst: 2 },
    { name: "slow", count: 1, burst: 2 },
  ]);
  assertEquals(passes(), 2);
  const { limitName, retryAfterMs } = check()!;
  assertEquals([limitName, retryAfterMs], ["slow", 1_000]);
});

Deno.test("readings are those after the call, in the order of the limits", () => {
  const { read, clock } = setUp([API, { name: "slow", count: 1, periodMs: 60_000 }]);
  assertEquals(read(), [
    { name: "api", quota: 3, windowMs: 300, remaining: 2, moreInMs: 100 },
    { name: "slow", quota: 1, windowMs: 60_000, remaining: 0, moreInMs: 60_000 },
  ]);
  clock.advance(50);
  // Refused by the second: nothing was debited from the first.
  assertEquals(read(), [
    { name: "api", quota: 3, windowMs: 300, remaining: 2, moreInMs: 50 },
    { name: "slow", quota: 1, windowMs: 60_000, remaining: 0, moreInMs: 59_950 },
  ]);
});

Deno.test("peekRate() says what checkRate() would, and debits nothing", () => {
  const { limiter, passes, check } = setUp([{ ...API, operations: ["login"] }]);
  const login = { operation: "login" } as const;
  for (let look = 0; look < 10; look++) {
    assertEquals(limiter.peekRate(subjectOf(login)), undefined);
  }
  assertEquals(limiter.stats().keys, 0);
  assertEquals(passes(login), 3);
  assertEquals(limiter.peekRate(subjectOf(login)), check(login));
});

Deno.test("a call counts as of its arrival, and time never goes back for one that was held up", () => {
  const { limiter, clock } = setUp([{ ...API, per: ["tenant"] }]);
  const passes = (tenant: string, arrivedMs: number) => {
    let calls = 0;
    while (limiter.checkRate({ ...subjectOf({ tenant }), arrivedMs }) === undefined) calls++;
    return calls;
  };
  const startMs = clock.now();
  assertEquals(passes("x", startMs), 3);
  assertEquals(passes("x", startMs + 200), 2);
  assertEquals(passes("x", startMs + 1_000), 3);
  // Held up: with its burst of then it must not have that of now as well.
  assertEquals([passes("y", startMs), passes("y", startMs + 1_000)], [3, 0]);
});

Deno.test("keys that come in turns have a limit each, and the same again when they come back", () => {
  const { passes } = setUp([{ ...API, per: ["tenant", "tool"] }]);
  const [one, other] = [{ tenant: "x", name: "yz" }, { tenant: "xy", name: "z" }];
  assertEquals([passes(one), passes(other), passes(one), passes(other)], [3, 3, 0, 0]);
});

Deno.test("a table that is full refuses new keys and forgets none that is live", () => {
  const { check, clock, limiter, passes } = setUp([{ ...API, per: ["client"] }], 2);
  assertEquals([passes({ client: "a" }), passes({ client: "b" })], [3, 3]);
  assertEquals(check({ client: "c" }), {
    code: "overloaded",
    detail: 'Cannot take the call: rate limit "api" has no room for another caller',
    limitName: "api",
    remaining: 0,
    retryAfterMs: 300,
  });
  clock.advance(299);
  assertEquals(check({ client: "c" })?.retryAfterMs, 1);
  assertEquals(passes({ client: "a" }), 2);
  assertEquals(limiter.stats(), { keys: 2, bytes: 64, limited: 3, full: 2 });
  clock.advance(1);
  // The limit of b is whole again: it makes room, and comes back as if it had stayed.
  assertEquals(passes({ client: "c" }), 3);
  assertEquals(check({ client: "b" })?.code, "overloaded");
  clock.advance(300);
  assertEquals(passes({ client: "b" }), 3);
});

Deno.test("a call for which one of two limits has no room debits neither", () => {
  const limits: RateLimit[] = [
    { ...API, name: "one", per: ["client"] },
    { ...API, name: "two", per: ["tool"] },
    { ...API, name: "three", per: ["tenant"] },
  ];
  const { check, read } = setUp(limits, 4);
  assertEquals(check({ client: "a", name: "a" }), undefined);
  // "three" knows its key; "one" takes the last place; "two" finds none.
  assertEquals(check({ client: "b", name: "b" })?.limitName, "two");
  const left = read({ client: "a", name: "a" }).map(({ remaining }) => remaining);
  assertEquals(left, [1, 1, 1]);
  // The place that "one" took is free again.
  assertEquals(check({ client: "b", name: "a" }), undefined);
});

Deno.test("a table of the default size has room for a million keys in less than 200 MB", () => {
  const { limiter, clock } = setUp([{ name: "x", count: 1, periodMs: DAY_MS, per: ["client"] }]);
  for (let key = 0; key < LIMITS.rateKeysMax; key++) {
    const client = { name: String(key) };
    const problem = limiter.checkRate({ operation: "tool", name: "t", tenant: "x", client });
    if (problem !== undefined) throw new Error(`key ${key}: ${problem.detail}`);
  }
  const { keys, bytes } = limiter.stats();
  assertEquals(keys, LIMITS.rateKeysMax);
  assert(bytes < 200e6, `${bytes} bytes`);
  // All of them are still known.
  for (let key = 0; key < LIMITS.rateKeysMax; key += 9_973) {
    const problem = limiter.checkRate(subjectOf({ client: String(key) }));
    assertEquals(problem?.code, "rate_limited");
  }
  assertEquals(clock.pending, 0);
});

Deno.test("limits hold over years of uptime", () => {
  const { passes, clock, check } = setUp([API, { name: "day", count: 20, periodMs: DAY_MS }]);
  for (let year = 0; year < 30; year++) {
    assertEquals([passes(), check()?.retryAfterMs], [3, 100], `year ${year}`);
    clock.advance(100);
    assertEquals(passes(), 1);
    // Short of where time begins anew, and past it.
    for (const days of [52, 0.2, 312]) {
      clock.advance(days * DAY_MS);
      assertEquals(passes(), 3);
      clock.advance(0.25);
      assertEquals(passes(), 0);
    }
    clock.advance(30 * DAY_MS);
  }
});

Deno.test("createRateLimiter() refuses limits and sizes that cannot be", () => {
  const clock = new FakeClock();
  for (const keysMax of [0, -1, 1.5, NaN, LIMITS.rateKeysMax + 1]) {
    const error = assertThrows(() => createRateLimiter([API], { clock, keysMax }), GomcpError);
    assertEquals(error.code, "invalid_request");
  }
  assertThrows(() => createRateLimiter([API, API], { clock }), GomcpError, 'two are named "api"');
});

const PERS: readonly (readonly RateKey[])[] = [[], ["tenant"], ["client"], ["client", "tool"]];

const limitsOf = fc.array(
  fc.record({
    count: fc.integer({ min: 1, max: 30 }),
    periodMs: fc.constantFrom(1, 7, 100, 1_000),
    burst: fc.integer({ min: 1, max: 8 }),
    per: fc.constantFrom(...PERS),
  }),
  { minLength: 1, maxLength: 4 },
).map((limits) => limits.map((limit, at) => ({ ...limit, name: `limit-${at}` })));

const letter = fc.constantFrom("a", "b", "c");
const arrivals = fc.array(
  fc.record({
    passMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 }).map((n) => n / 8)),
    tenant: letter,
    client: letter,
    name: letter,
  }),
  { maxLength: 150 },
);
const keysMaxOf = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(LIMITS.rateKeysMax));

/** A key in words, for one limit. */
function keyOf(limit: RateLimit, { tenant, client, name }: Record<string, string>): string {
  const parts = { tenant, client, tool: name, address: "" };
  return [limit.name, ...limit.per!.map((key) => parts[key])].join("/");
}

Deno.test("no key is admitted more than burst + rate * T in any window, whatever is evicted", () => {
  fc.assert(fc.property(limitsOf, arrivals, keysMaxOf, (limits, arrivals, keysMax) => {
    const { check, clock } = setUp(limits, keysMax);
    const admitted = new Map<string, number[]>();
    for (const { passMs, ...who } of arrivals) {
      clock.advance(passMs);
      if (check(who) !== undefined) continue;
      for (const limit of limits) {
        const key = keyOf(limit, who);
        admitted.set(key, [...admitted.get(key) ?? [], clock.now()]);
      }
    }
    for (const limit of limits) {
      for (const [key, times] of admitted) {
        if (key.split("/")[0] === limit.name) checkWindows(limit, times);
      }
    }
  }));
});

function checkWindows({ count, periodMs, burst }: RateLimit, times: readonly number[]): void {
  for (let from = 0; from < times.length; from++) {
    for (let to = from + burst!; to < times.length; to++) {
      const calls = to - from + 1;
      const lengthMs = times[to]! - times[from]!;
      // In eighths of a millisecond all of this is exact.
      assert((calls - burst!) * periodMs! <= lengthMs * count, `${calls} calls in ${lengthMs} ms`);
    }
  }
}

/**
 * GCRA's other form, the continuous-state leaky bucket (ITU-T I.371, figure A.1), in exact
 * integers and with a map that forgets nothing.
 */
class Model {
  readonly #buckets = new Map<string, { filledNs: bigint; atNs: bigint }>();

  constructor(readonly limits: readonly RateLimit[], readonly keysMax: number) {}

  check(who: Record<string, string>, nowNs: bigint): string {
    const asked = this.limits.map((limit) => {
      const key = keyOf(limit, who);
      const interval = ceilDivide(BigInt(limit.periodMs!) * 1_000_000n, BigInt(limit.count));
      const filledNs = this.#filled(key, nowNs);
      const waitNs = filledNs - interval * BigInt(limit.burst! - 1);
      return { key, name: limit.name, interval, filledNs, waitNs };
    });
    const slowest = asked.reduce((a, b) => b.waitNs > a.waitNs ? b : a);
    if (slowest.waitNs > 0n) {
      return `${slowest.name} in ${ceilDivide(slowest.waitNs, 1_000_000n)} ms`;
    }
    const live = [...this.#buckets.keys()].filter((key) => this.#filled(key, nowNs) > 0n);
    const all = new Set([...live, ...asked.map(({ key }) => key)]);
    if (all.size > this.keysMax) return "full";
    for (const { key, interval, filledNs } of asked) {
      this.#buckets.set(key, { filledNs: filledNs + interval, atNs: nowNs });
    }
    return "admitted";
  }

  #filled(key: string, nowNs: bigint): bigint {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return 0n;
    const left = bucket.filledNs - (nowNs - bucket.atNs);
    return left > 0n ? left : 0n;
  }
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

Deno.test("checkRate() decides as the exact model does, call by call, in tables of every size", () => {
  fc.assert(
    fc.property(limitsOf, arrivals, keysMaxOf, (limits, arrivals, keysMax) => {
      const { check, clock } = setUp(limits, keysMax);
      const model = new Model(limits, keysMax);
      for (const { passMs, ...who } of arrivals) {
        clock.advance(passMs);
        const problem = check(who);
        const said = problem === undefined
          ? "admitted"
          : problem.code === "overloaded"
          ? "full"
          : `${problem.limitName} in ${problem.retryAfterMs} ms`;
        assertEquals(said, model.check(who, BigInt(Math.round(clock.now() * 1e6))));
      }
    }),
    { numRuns: 300 },
  );
});
