/** The manager of tenants: what it takes, what it refuses, and what running servers learn of it. */
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { GomcpError, type Problem } from "../base/errors.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { Access } from "../pipeline/access.ts";
import { Call } from "../pipeline/call.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { createTenantManager, type TenantManager } from "./manager.ts";
import type { TokenClaims } from "./token.ts";

interface Opened {
  readonly clock: FakeClock;
  readonly tenants: TenantManager;
}

async function withManager(action: (opened: Opened) => Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const tenants = createTenantManager(memoryState(), { clock });
  await action({ clock, tenants });
  await tenants.close();
  await tenants.close();
}

async function accessOf(tenants: TenantManager, secret?: string): Promise<Access> {
  const access = await tenants.authenticate(secret);
  assert(!("code" in access), JSON.stringify(access));
  return access;
}

async function codeOf(answer: Access | Problem | Promise<Access | Problem>): Promise<string> {
  const settled = await answer;
  return "code" in settled ? settled.code : "access";
}

/** Lets what was told be read anew. */
async function told(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

Deno.test("createTenantManager() creates, changes, lists and removes tenants", () =>
  withManager(async ({ tenants, clock }) => {
    const limits = { maxToolCalls: 5, period: "hour", maxBatchSize: 3 } as const;
    const made = await tenants.createTenant("a", "A", {
      ...limits,
      allowed: ["x*"],
      denied: ["y"],
    });
    const createdMs = clock.wall();
    assertEquals(made, {
      id: "a",
      name: "A",
      suspended: false,
      limits,
      allowed: ["x*"],
      denied: ["y"],
      createdMs,
      incarnation: made.incarnation,
      version: 1,
    });
    assertEquals(await tenants.getTenant("a"), made);
    const change = { name: "B", limits: { maxToolCalls: null, maxConcurrent: 2 }, suspended: true };
    const changed = await tenants.updateTenant("a", change);
    assertEquals(changed.limits, { period: "hour", maxBatchSize: 3, maxConcurrent: 2 });
    assertEquals([changed.name, changed.suspended, changed.version], ["B", true, 2]);
    assertEquals((await tenants.setAllowedTools("a", undefined)).allowed, undefined);
    assertEquals((await tenants.setAllowedTools("a", [])).allowed, []);
    assertEquals((await tenants.setDeniedTools("a", ["z"])).denied, ["z"]);
    await tenants.createTenant("b", "B");
    const ids = (await tenants.listTenants({ after: "a" })).map(({ id }) => id);
    assertEquals(ids, ["b"]);
    await tenants.deleteTenant("a");
    assertEquals(await tenants.getTenant("a"), undefined);
    await tenants.createTenant("a", "A again");
  }));

Deno.test("createTenantManager() loses no change of two at once", () =>
  withManager(async ({ tenants }) => {
    await tenants.createTenant("a", "A");
    const changes = Array.from(
      { length: 20 },
      (_, i) => tenants.updateTenant("a", i % 2 === 0 ? { name: `N${i}` } : { denied: [`t${i}`] }),
    );
    await Promise.all(changes);
    assertEquals((await tenants.getTenant("a"))?.version, 21);
  }));

Deno.test("updateTenant() asks again what to change when somebody else was faster", () =>
  withManager(async ({ tenants }) => {
    await tenants.createTenant("a", "A");
    const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
    await Promise.all(
      names.map((name) => tenants.updateTenant("a", (now) => ({ denied: [...now.denied, name] }))),
    );
    const { denied } = (await tenants.getTenant("a"))!;
    assertEquals([...denied].sort(), names.sort());
  }));

Deno.test("a tenant that is created anew gets nothing of what was held for the one before", () =>
  withManager(async ({ clock, tenants }) => {
    const limits = { maxToolCalls: 640, period: "day" } as const;
    await tenants.createTenant("a", "A", limits);
    for (let i = 0; i < 4; i++) await tenants.checkQuota("a");
    await tenants.deleteTenant("a");
    await told();
    await tenants.createTenant("a", "A again", limits);
    await told();
    assertEquals(await tenants.checkQuota("a", 640), undefined);
    for (let i = 0; i < 3; i++) {
      clock.advance(LIMITS.quotaTickMs);
      await told();
    }
    assertEquals((await tenants.checkQuota("a"))?.code, "quota_exceeded");
  }));

Deno.test("a tenant that is created anew before anybody is told is not taken for the one before", async () => {
  const clock = new FakeClock();
  const store = memoryState();
  const tell = new Set<(id: string | undefined) => void>();
  // As with a file that is looked at from time to time: nobody is told until this test says so.
  const untold = new Proxy(store, {
    get(target, name) {
      if (name === "close") return () => {};
      if (name !== "watch") return Reflect.get(target, name).bind?.(target);
      return (listener: (id: string | undefined) => void) => {
        tell.add(listener);
        return () => void tell.delete(listener);
      };
    },
  });
  const server = createTenantManager(untold, { clock });
  const operator = createTenantManager(store, { clock });
  const limits = { maxToolCalls: 640, period: "day" } as const;
  const { secret: first } = await operator.createTenantWithKey("a", "A", limits);
  const [byKey, byName] = [await accessOf(server, first), await server.accessTo("a", "cert")];
  assert(!("code" in byName));
  for (let i = 0; i < 5; i++) assertEquals(await server.checkQuota("a"), undefined);
  await operator.deleteTenant("a");
  const { secret: second } = await operator.createTenantWithKey("a", "A again", {
    ...limits,
    denied: ["x"],
  });
  // What the server has in hand was of the one before: none of it is good for this one, or given back.
  assertEquals(await operator.checkQuota("a", 600), undefined);
  for (let i = 0; i < 3; i++) {
    clock.advance(LIMITS.quotaTickMs);
    await told();
  }
  const ofSecond = await accessOf(server, second);
  assertEquals(ofSecond.names.allows("x"), false);
  for (const listener of tell) listener("a");
  await told();
  assertEquals(byKey.problem?.code, "unauthenticated");
  assertEquals([byName.problem, byName.names.allows("x")], [undefined, false]);
  for (let i = 0; i < 3; i++) {
    clock.advance(LIMITS.quotaTickMs);
    await told();
  }
  assertEquals(await server.checkQuota("a", 40), undefined);
  assertEquals((await server.checkQuota("a"))?.code, "quota_exceeded");
  await server.close();
  await operator.close();
});

Deno.test("checkQuota() counts in the period of now, whatever was in hand in the one before", () =>
  withManager(async ({ clock, tenants }) => {
    await tenants.createTenant("a", "A", { maxToolCalls: 640, period: "minute" });
    clock.advance(60_000 - clock.wall() % 60_000 - 50);
    // The tenth leaves five in hand.
    for (let i = 0; i < 10; i++) assertEquals(await tenants.checkQuota("a"), undefined);
    for (const calls of [-1, 0, 0.5, NaN]) {
      assertThrows(() => tenants.checkQuota("a", calls), GomcpError, "calls is");
    }
    assertEquals((await tenants.usage("a")).calls.used, 10);
    clock.advance(60);
    assertEquals(await tenants.checkQuota("a", 2), undefined);
    assertEquals((await tenants.usage("a")).calls.used, 2);
  }));

Deno.test("checkQuota() refuses a tenant whose bytes are used up, and one that is gone", () =>
  withManager(async ({ clock, tenants }) => {
    await tenants.createTenant("a", "A", { maxToolCalls: 640, maxBytes: 100 });
    const access = await tenants.accessTo("a");
    assert(!("code" in access));
    const { gate } = tenants;
    const meter = gate.meterOf(access)!;
    const call = new Call({ tool: "t", adapter: "library", args: {}, access });
    for (let i = 0; i < 5; i++) assertEquals(await tenants.checkQuota("a"), undefined);
    assertEquals(await gate.admit(meter, 2, call), undefined);
    gate.release(meter, { window: meter.window, bytes: 2, ticket: undefined }, true, 500);
    assertEquals((await tenants.checkQuota("a"))?.code, "quota_exceeded");
    await tenants.updateTenant("a", { limits: { maxBytes: null } });
    await told();
    clock.advance(LIMITS.quotaEmptyMs);
    for (let i = 0; i < 5; i++) assertEquals(await tenants.checkQuota("a"), undefined);
    await tenants.deleteTenant("a");
    await told();
    const error = await assertRejects(async () => await tenants.checkQuota("a"), GomcpError);
    assertEquals(error.code, "not_found");
  }));

Deno.test("createTenantManager() refuses what is no tenant, and writes nothing then", () =>
  withManager(async ({ tenants }) => {
    const long = (count: number) => "x".repeat(count);
    const rows: [string, string, Record<string, unknown>, string][] = [
      ["", "A", {}, "Cannot use tenant id"],
      ["A", "A", {}, "Cannot use tenant id"],
      ["-a", "A", {}, "Cannot use tenant id"],
      ["a/b", "A", {}, "Cannot use tenant id"],
      [long(LIMITS.tenantIdCharsMax + 1), "A", {}, "Cannot use tenant id"],
      ["a", "", {}, "Cannot use name of tenant"],
      ["a", "a\u001b[31m", {}, "Cannot use name of tenant"],
      ["a", long(LIMITS.tenantNameCharsMax + 1), {}, "Cannot use name of tenant"],
      ["a", "A", { maxToolCalls: -1 }, "maxToolCalls is -1, expected a whole number from 1"],
      ["a", "A", { maxToolCalls: 1.5 }, "maxToolCalls is 1.5"],
      ["a", "A", { maxBytes: 0 }, "maxBytes is 0"],
      ["a", "A", { maxConcurrent: NaN }, "maxConcurrent is NaN"],
      ["a", "A", { maxBatchSize: 1_001 }, "maxBatchSize is 1001"],
      ["a", "A", { period: "week" }, 'period is "week", expected minute, hour, day, month'],
      ["a", "A", { rate: { count: 0 } }, "rate.count is 0"],
      ["a", "A", { rate: { count: 1, burst: 0 } }, "rate.burst is 0"],
      ["a", "A", { denied: [""] }, "Cannot use denied tools"],
      ["a", "A", { allowed: [long(LIMITS.globCharsMax + 1)] }, "Cannot use allowed tools"],
    ];
    for (const [id, name, settings, message] of rows) {
      const error = await assertRejects(() => tenants.createTenant(id, name, settings), GomcpError);
      assertEquals(error.code, "invalid_request");
      assert(error.message.includes(message), error.message);
    }
    assertEquals(await tenants.listTenants(), []);
    await tenants.createTenant(long(LIMITS.tenantIdCharsMax), long(LIMITS.tenantNameCharsMax));
    await tenants.createTenant("a", "A");
    const twice = await assertRejects(() => tenants.createTenant("a", "B"), GomcpError);
    assertEquals(twice.message, 'Cannot create tenant "a": there is one, expected another id');
    const nobody = [
      () => tenants.updateTenant("b", {}),
      () => tenants.deleteTenant("b"),
      () => tenants.createKey("b"),
      () => tenants.listKeys("b"),
      () => tenants.usage("b"),
      () => tenants.revokeKey("a", "none"),
    ];
    for (const action of nobody) {
      assertEquals((await assertRejects(action, GomcpError)).code, "not_found");
    }
    assertThrows(() => tenants.checkQuota("a", 0), GomcpError);
  }));

Deno.test("createTenantManager() creates keys that are seen once", () =>
  withManager(async ({ tenants, clock }) => {
    const { secret, key, tenant } = await tenants.createTenantWithKey("a", "A", {});
    assertEquals([key.name, key.tenant, tenant.id], ["default", "a", "a"]);
    const more = { name: "ci", scopes: ["read_*"], expiresMs: clock.wall() + 1_000 };
    const second = await tenants.createKey("a", more);
    assertNotEquals(second.secret, secret);
    const listed = await tenants.listKeys("a");
    assertEquals(listed.map(({ name }) => name), ["default", "ci"]);
    assertEquals(JSON.stringify(listed).includes("hash"), false);
    const taken = await assertRejects(() => tenants.createKey("a", { name: "ci" }), GomcpError);
    assert(taken.message.includes('has one named "ci"'));
    await assertRejects(() => tenants.createKey("a", { name: "x", expiresMs: clock.wall() }));
    assertEquals((await accessOf(tenants, secret)).credential, key.id);
    const scoped = await accessOf(tenants, second.secret);
    assertEquals(["read_file", "write_file"].map((name) => scoped.names.allows(name)), [
      true,
      false,
    ]);
    clock.advance(999);
    assertEquals(scoped.problem, undefined);
    clock.advance(1);
    assertEquals(scoped.problem?.code, "unauthenticated");
    assertEquals(await codeOf(tenants.authenticate(second.secret)), "unauthenticated");
    await tenants.revokeKey("a", "default");
    await told();
    assertEquals(await codeOf(tenants.authenticate(secret)), "unauthenticated");
  }));

Deno.test("createTenantManager() notes when a key was used", () =>
  withManager(async ({ tenants, clock }) => {
    const { secret } = await tenants.createTenantWithKey("a", "A");
    const used = async () => (await tenants.listKeys("a"))[0]?.lastUsedMs;
    assertEquals(await used(), undefined);
    const first = clock.wall();
    await tenants.authenticate(secret);
    clock.advance(59_999);
    await tenants.authenticate(secret);
    assertEquals(await used(), first);
    clock.advance(1);
    await tenants.authenticate(secret);
    assertEquals(await used(), first + 60_000);
  }));

Deno.test("createTenantManager() takes wrong credentials for wrong, and none for default", () =>
  withManager(async ({ tenants }) => {
    const { secret } = await tenants.createTenantWithKey("a", "A");
    const other = createTenantManager(memoryState());
    const { secret: foreign } = await other.createTenantWithKey("a", "A");
    await other.close();
    const wrong = ["", "x", secret.slice(1), secret + "x", foreign, "x".repeat(20_000), "null"];
    for (const credential of wrong) {
      assertEquals(await codeOf(tenants.authenticate(credential)), "unauthenticated", credential);
    }
    assertEquals((await accessOf(tenants)).tenant, "default");
    assertEquals((await accessOf(tenants, secret)).tenant, "a");
    assertEquals(await codeOf(tenants.accessTo("b")), "unauthenticated");
    assertEquals(await codeOf(tenants.accessTo("a")), "access");
  }));

Deno.test("createTenantManager() takes tokens that somebody checks for it", async () => {
  const clock = new FakeClock();
  let checked = 0;
  const tokens = {
    verify(token: string) {
      checked++;
      const expiresMs = clock.wall() + 1_000;
      const claims = { tenant: token.slice(6), subject: "sub", scopes: ["read_*"], expiresMs };
      const refusal = { code: "unauthenticated", detail: "The token is not valid" } as const;
      return Promise.resolve(token.startsWith("token-") ? claims : refusal);
    },
  };
  const tenants = createTenantManager(memoryState(), { clock, tokens });
  await tenants.createTenant("a", "A");
  const access = await accessOf(tenants, "token-a");
  assertEquals([access.tenant, access.credential], ["a", "sub"]);
  assertEquals(["read_x", "write_x"].map(access.names.allows), [true, false]);
  await accessOf(tenants, "token-a");
  assertEquals(checked, 1, "remembered until it expires or the tenant changes");
  assertEquals(await codeOf(tenants.authenticate("token-b")), "unauthenticated");
  assertEquals(await codeOf(tenants.authenticate("other")), "unauthenticated");
  assertEquals(await codeOf(tenants.authenticate("gmcp_other")), "unauthenticated");
  assertEquals(checked, 3, "what looks like a key is no token");
  await tenants.updateTenant("a", { suspended: true });
  await told();
  assertEquals(access.problem?.code, "forbidden");
  await tenants.updateTenant("a", { suspended: false });
  clock.advance(1_000);
  assertEquals(access.problem?.code, "unauthenticated");
  await tenants.close();
});

Deno.test("createTenantManager() takes a token that names its tenant only where that is stored", async () => {
  const claims = { tenant: "default", subject: "sub", scopes: undefined, expiresMs: Infinity };
  const byIssuer = { verify: () => Promise.resolve({ ...claims, namesTenant: true }) };
  const byOperator = { verify: () => Promise.resolve(claims) };
  const store = memoryState();
  const tenants = createTenantManager(store, { tokens: byIssuer });
  assertEquals(await codeOf(tenants.authenticate("a token")), "unauthenticated");
  await tenants.createTenant("default", "Default", { maxToolCalls: 1, period: "day" });
  await told();
  const access = await accessOf(tenants, "a token");
  await tenants.deleteTenant("default");
  await told();
  assertEquals(access.problem?.code, "unauthenticated");
  assertEquals(await codeOf(tenants.authenticate("another token")), "unauthenticated");
  const others = createTenantManager(store, { tokens: byOperator });
  assertEquals((await accessOf(others, "a token")).tenant, "default");
  await tenants.close();
  await others.close();
});

/** A verifier whose tokens are all good until their key is withdrawn. */
function verifierOf(claims: Partial<TokenClaims>) {
  const verifier = {
    checked: 0,
    isCurrent: true,
    ready: true,
    verify: (): Promise<TokenClaims> => {
      verifier.checked++;
      let good = true;
      const isCurrent = () => good &&= verifier.isCurrent;
      const expiresMs = Infinity;
      const whole = { tenant: "a", subject: "oauth:s", scopes: undefined, expiresMs, isCurrent };
      return Promise.resolve({ ...whole, ...claims });
    },
    isReady: () => verifier.ready,
  };
  return verifier;
}

Deno.test("a token that was checked is forgotten when its key is withdrawn, and checked anew", async () => {
  const tokens = verifierOf({});
  const tenants = createTenantManager(memoryState(), { tokens });
  await tenants.createTenant("a", "A");
  const access = await accessOf(tenants, "t");
  assertEquals(await accessOf(tenants, "t"), access);
  assertEquals(tenants.known("t"), access);
  tokens.isCurrent = false;
  assertEquals(access.problem?.code, "unauthenticated", "to whoever listens by it");
  assertEquals(tenants.known("t"), undefined);
  tokens.isCurrent = true;
  const anew = await accessOf(tenants, "t");
  assertNotEquals(anew, access);
  assertEquals([anew.problem, tokens.checked], [undefined, 2]);
  tokens.ready = false;
  assertEquals(tenants.isReady(), false);
  await tenants.close();
});

Deno.test("an access by a token tells what it lacks of what its tenant may see", async () => {
  const scopesFor = (name?: string) => name === undefined ? ["x", "y"] : name === "n" ? [] : ["x"];
  const tokens = verifierOf({ scopes: ["read_*"], scopesFor });
  const tenants = createTenantManager(memoryState(), { tokens });
  await tenants.createTenant("a", "A", { denied: ["secret"] });
  const access = await accessOf(tenants, "t");
  assertEquals(access.lacks?.("read_x"), undefined);
  assertEquals(access.lacks?.("write_x")?.requiredScopes, ["x"]);
  assertEquals([access.lacks?.("secret"), access.lacks?.("n")], [undefined, undefined]);
  assertEquals(access.ofTenant?.names.allows("write_x"), true);
  assertEquals(access.ofTenant?.names.allows("secret"), false);
  await tenants.setDeniedTools("a", ["write_*"]);
  await told();
  assertEquals(access.lacks?.("write_x"), undefined);
  assertEquals(access.ofTenant?.names.allows("write_x"), false);
  await tenants.close();
});

Deno.test("a token whose scopes are good for nothing is refused, with those that would be", async () => {
  const tokens = verifierOf({ scopes: [], scopesFor: () => ["x", "y"] });
  const tenants = createTenantManager(memoryState(), { tokens });
  await tenants.createTenant("a", "A");
  for (let i = 0; i < 2; i++) {
    const refusal = await tenants.authenticate("t") as Problem;
    assertEquals([refusal.code, refusal.requiredScopes], ["forbidden", ["x", "y"]]);
  }
  assertEquals(tokens.checked, 1, "remembered");
  await tenants.close();
});

Deno.test("an access shows at once what an operator changes", () =>
  withManager(async ({ tenants }) => {
    const { secret } = await tenants.createTenantWithKey("a", "A");
    const access = await accessOf(tenants, secret);
    const anonymous = await accessOf(tenants);
    assertEquals([access.names.allows("x"), access.names.text], [true, ""]);
    await tenants.setDeniedTools("a", ["x"]);
    await told();
    assertEquals(access.names.allows("x"), false);
    assertNotEquals(access.names.text, "");
    await tenants.updateTenant("a", { suspended: true });
    await told();
    assertEquals(access.problem?.code, "forbidden");
    assertEquals(await codeOf(tenants.authenticate(secret)), "forbidden");
    await tenants.updateTenant("a", { suspended: false });
    await told();
    assertEquals(access.problem, undefined);
    await tenants.deleteTenant("a");
    await told();
    assertEquals(access.problem?.code, "unauthenticated");
    assertEquals(await codeOf(tenants.authenticate(secret)), "unauthenticated");
    assertEquals(anonymous.names.allows("x"), true);
    await tenants.createTenant("default", "Anybody", { denied: ["x"] });
    await told();
    assertEquals(anonymous.names.allows("x"), false, "the rule of the tenant named default");
    await tenants.deleteTenant("default");
    await told();
    assertEquals(anonymous.names.allows("x"), true);
  }));

Deno.test("a change is read as soon as the store answers again", async () => {
  const clock = new FakeClock();
  const inner = memoryState();
  let isAway = false;
  const store = new Proxy(inner, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (!isAway || name !== "getTenant") return value.bind(target);
      return () => {
        throw new GomcpError("overloaded", "Cannot use state");
      };
    },
  });
  const tenants = createTenantManager(store, { clock });
  const { tenant, secret } = await tenants.createTenantWithKey("a", "A");
  const access = await accessOf(tenants, secret);
  isAway = true;
  inner.replaceTenant({ ...tenant, suspended: true, version: 2 });
  await told();
  assertEquals(access.problem, undefined);
  isAway = false;
  clock.advance(LIMITS.statePollMs);
  await told();
  assertEquals(access.problem?.code, "forbidden");
  await tenants.close();
});

Deno.test("a key that is revoked while it is looked up is not kept", async () => {
  const inner = memoryState();
  const gate = Promise.withResolvers<void>();
  let held = false;
  const store = new Proxy(inner, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "findKey" || held) return value.bind(target);
      return async (hash: string) => {
        held = true;
        const key = target.findKey(hash);
        await gate.promise;
        return key;
      };
    },
  });
  const tenants = createTenantManager(store, { clock: new FakeClock() });
  const { secret, key } = await tenants.createTenantWithKey("a", "A");
  const asked = tenants.authenticate(secret);
  inner.deleteKey("a", key.id);
  gate.resolve();
  assertEquals(await codeOf(asked), "unauthenticated");
  assertEquals(tenants.known(secret), undefined);
  await tenants.close();
});

Deno.test("usage() tells what was used of each quota", () =>
  withManager(async ({ tenants }) => {
    await tenants.createTenant("a", "A", { maxToolCalls: 640, period: "day" });
    assertEquals(await tenants.checkQuota("a", 3), undefined);
    assertEquals(await tenants.usage("a"), {
      period: "day",
      resetsAt: "2027-01-16T00:00:00.000Z",
      calls: { limit: 640, used: 3, remaining: 637 },
      bytes: { limit: undefined, used: 0, remaining: undefined },
      concurrent: { limit: undefined, used: 0, remaining: undefined },
    });
    await tenants.updateTenant("a", { limits: { maxToolCalls: 2 } });
    await told();
    assertEquals((await tenants.usage("a")).calls.remaining, 0);
  }));

Deno.test("defaults hold for tenants that say nothing themselves, and only for those of the store", async () => {
  const clock = new FakeClock();
  const tenants = createTenantManager(memoryState(), {
    clock,
    defaults: { limits: { maxToolCalls: 1, maxBatchSize: 5 }, allowed: ["a_*"], denied: ["a_x"] },
  });
  await tenants.createTenant("plain", "Plain");
  await tenants.createTenant("own", "Own", { maxToolCalls: 2, allowed: ["b_*"] });
  assertEquals(await tenants.checkQuota("plain"), undefined);
  assertEquals((await tenants.checkQuota("plain"))?.code, "quota_exceeded");
  assertEquals(await tenants.checkQuota("own", 2), undefined);
  assertEquals((await tenants.checkQuota("own"))?.code, "quota_exceeded");
  const names = async (id: string) => {
    const access = await tenants.accessTo(id);
    if ("code" in access) throw new Error(access.detail);
    return ["a_1", "a_x", "b_1"].filter((name) => access.names.allows(name));
  };
  assertEquals([await names("plain"), await names("own")], [["a_1"], ["b_1"]]);
  assertEquals((await tenants.usage("plain")).calls?.limit, 1);
  // What the store has is what was said of it.
  assertEquals((await tenants.getTenant("plain"))?.limits, {});
  await tenants.updateTenant("plain", { limits: { maxToolCalls: 5 } });
  await told();
  clock.advance(LIMITS.quotaEmptyMs);
  assertEquals(await tenants.checkQuota("plain"), undefined);
  assertEquals(await tenants.checkQuota("default"), undefined);
  assertEquals(await tenants.checkQuota("default"), undefined);
  await tenants.close();
});

Deno.test("createTenantManager() refuses defaults that no tenant could have", () => {
  const make = () => createTenantManager(memoryState(), { defaults: { limits: { maxBytes: 0 } } });
  assertThrows(make, Error, "maxBytes is 0, expected a whole number from 1");
});
