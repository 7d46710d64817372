/**
 * Every method of every adapter, by real servers: what a tenant has, what is another's, denied or
 * unknown, and credentials that are good no more. And quotas, which say the same everywhere.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createTenantManager, openState, type TenantManager, type TenantSettings } from "../mod.ts";
import { REQUESTS } from "../src/protocol/methods.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import type { Params, Served, TenantAdapter } from "./support/tenant_adapter.ts";
import { TENANT_ADAPTERS } from "./support/tenant_clients.ts";
import { until } from "./support/wait.ts";

/** Names of one length, so that answers differ in nothing else. */
const [OPEN, DENIED, OWN, FOREIGN, UNKNOWN] = ["open_x", "shut_x", "mine_x", "thei_x", "none_x"];

function moduleOf(...names: string[]): string {
  const each = names.map((name) => `
export const ${name} = [
  defineTool({ name: "${name}", description: "Tool.", handler: () => "${name}" }),
  definePrompt({
    name: "${name}",
    arguments: z.object({ who: z.string().optional() }),
    complete: { who: () => ["${name}"] },
    handler: () => "${name}",
  }),
  defineResource({ uri: "x://${name}", name: "${name}", read: () => "${name}" }),
  defineResource({
    uri: "x://${name}/{id}",
    name: "${name}-each",
    read: () => "${name}",
    complete: { id: () => ["${name}"] },
  }),
];
export const [${["tool", "prompt", "plain", "each"].map((what) => `${name}_${what}`)}] = ${name};`);
  return 'import { definePrompt, defineResource, defineTool } from "gomcp";\n' +
    `import { z } from "zod";\n${each.join("\n")}`.replaceAll(
      /export const (\w+) = \[/g,
      "const $1 = [",
    );
}

/** What names a thing, by method; several for methods that name things of several kinds. */
const NAMED: readonly (readonly [string, (name: string) => Params])[] = [
  ["tools/call", (name) => ({ name, arguments: {} })],
  ["resources/read", (name) => ({ uri: `x://${name}` })],
  ["resources/read", (name) => ({ uri: `x://${name}/1` })],
  ["resources/subscribe", (name) => ({ uri: `x://${name}` })],
  ["prompts/get", (name) => ({ name })],
  ["completion/complete", (name) => ({
    ref: { type: "ref/prompt", name },
    argument: { name: "who", value: "" },
  })],
  ["completion/complete", (name) => ({
    ref: { type: "ref/resource", uri: `x://${name}/{id}` },
    argument: { name: "id", value: "" },
  })],
];
const LISTS = ["tools/list", "resources/list", "resources/templates/list", "prompts/list"];

/** The methods of what is no MCP: those that name a tool, those that list tools, the rest. */
const TYPED: Readonly<
  Record<"rest" | "grpc", Readonly<Record<"named" | "lists" | "more", string[]>>>
> = {
  rest: { named: ["tools/call", "get", "batch"], lists: ["tools/list", "openapi"], more: [] },
  grpc: {
    named: ["tools/call", "get", "batch", "call stream", "batch stream"],
    lists: ["tools/list"],
    more: ["watch"],
  },
};

function namedOf({ era }: TenantAdapter): typeof NAMED {
  if (era === "rest" || era === "grpc") {
    return TYPED[era].named.map((method) => [method, (name) => ({ name, arguments: {} })]);
  }
  return NAMED.filter(([method]) => REQUESTS[method as keyof typeof REQUESTS][era]);
}

function listsOf({ era }: TenantAdapter): readonly string[] {
  return era === "rest" || era === "grpc" ? TYPED[era].lists : LISTS;
}

/** All that a client can ask; what opens a conversation cannot be asked again. */
function methodsOf(adapter: TenantAdapter): readonly (readonly [string, Params])[] {
  const { era } = adapter;
  if (era === "rest" || era === "grpc") {
    const others = [...TYPED[era].lists, ...TYPED[era].more];
    return [
      ...others.map((method) => [method, {}] as const),
      ...namedOf(adapter).map(([method, of]) => [method, of(OPEN!)] as const),
    ];
  }
  const methods = Object.entries(REQUESTS).filter(([method, row]) =>
    row[era] && method !== "initialize"
  );
  return methods.map(([method]) => {
    const paramsOf = NAMED.find(([name]) => name === method)?.[1];
    return [method, paramsOf?.(OPEN!) ?? {}] as const;
  });
}

interface World extends Served, AsyncDisposable {
  readonly tenants: TenantManager;
}

async function startWorld(): Promise<World> {
  const folder = await TempFolder.of();
  const env = { GOMCP_STATE: `sqlite:${folder.path}/state.db` };
  const tools = await folder.write("shared/shared.ts", moduleOf(OPEN!, DENIED!));
  const mine = await folder.write("mine.ts", moduleOf(OWN!));
  const theirs = await folder.write("theirs.ts", moduleOf(FOREIGN!));
  const args = [
    `--tools=${tools}`,
    `--tenant-tools=us=${mine}`,
    `--tenant-tools=them=${theirs}`,
  ];
  const tenants = createTenantManager(await openState(env.GOMCP_STATE));
  for (const id of ["us", "them"]) {
    await tenants.createTenant(id, id, { denied: ["shut_*", "x://shut_*"] });
  }
  // As many wrong keys as a test has, and the transport of 2024-11-05.
  const more = ["--rate-limit=logins=10000/s,on=login", "--legacy-sse"];
  const ports = ["--mode=all", "--grpc-addr=127.0.0.1:0"];
  const server = await startServer({ args: [...args, ...more, ...ports], env });
  const grpc = await server.log.find(({ message }) => message === "serving gRPC", "gRPC");
  return {
    server,
    grpc: String(grpc.address),
    args,
    env,
    tenants,
    async [Symbol.asyncDispose]() {
      await tenants.close();
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

let keys = 0;
async function keyOf(tenants: TenantManager, tenant: string, expiresMs?: number): Promise<string> {
  const options = { name: `key ${++keys}`, ...(expiresMs !== undefined && { expiresMs }) };
  return (await tenants.createKey(tenant, options)).secret;
}

let others = 0;
async function newTenant(tenants: TenantManager, settings: TenantSettings): Promise<string> {
  const id = `other${++others}`;
  await tenants.createTenant(id, id, settings);
  return id;
}

/** How long a call of a batch took differs each time. */
function untimed(text: string): string {
  return text.replaceAll(/"durationMs":[0-9.e-]+/g, '"durationMs":0');
}

type Test = (adapter: TenantAdapter, world: World, t: Deno.TestContext) => Promise<void>;

async function hidesWhatIsNotTheirs(
  adapter: TenantAdapter,
  world: World,
  t: Deno.TestContext,
): Promise<void> {
  await using client = await adapter.connect(world, await keyOf(world.tenants, "us"));
  for (const [method, paramsOf] of namedOf(adapter)) {
    await t.step(`${method} ${JSON.stringify(paramsOf("NAME"))}`, async () => {
      const ask = async (name: string) => untimed(await client.ask(method, paramsOf(name)));
      const unknown = await ask(UNKNOWN!);
      // Anything may be subscribed to: what there is may be there only later.
      if (method !== "resources/subscribe") {
        assertMatch(unknown, /"error":|"code":"unknown_tool"/);
      }
      for (const name of [DENIED!, FOREIGN!]) {
        assertEquals(await ask(name), unknown.replaceAll(UNKNOWN!, name));
      }
      for (const name of [OPEN!, OWN!]) {
        const text = await client.ask(method, paramsOf(name));
        assert(!/"error":|"code":/.test(text), text);
      }
    });
  }
  for (const method of listsOf(adapter)) {
    await t.step(method, async () => {
      const text = await client.ask(method);
      const shown = [OPEN!, DENIED!, OWN!, FOREIGN!].filter((name) => text.includes(name));
      assertEquals(shown, [OPEN, OWN]);
    });
  }
}

async function refusesWhoIsNotLetIn(
  adapter: TenantAdapter,
  world: World,
  t: Deno.TestContext,
): Promise<void> {
  const { tenants } = world;
  const good = await keyOf(tenants, "us");
  const expiresMs = Date.now() + 200;
  const expired = await keyOf(tenants, "us", expiresMs);
  const revoked = await keyOf(tenants, "us");
  const [last] = (await tenants.listKeys("us")).filter(({ name }) => name === `key ${keys}`);
  await tenants.revokeKey("us", last!.id);
  await until(() => Date.now() >= expiresMs, "the key has expired");
  const id = await newTenant(tenants, {});
  await using ofExpired = await adapter.connect(world, adapter.isOneKey ? expired : good);
  await using ofRevoked = await adapter.connect(world, adapter.isOneKey ? revoked : good);
  await using ofOther = await adapter.connect(world, await keyOf(tenants, id));
  assert(!/"error":|"code":/.test(await ofOther.ask("tools/list")));
  await tenants.updateTenant(id, { suspended: true });
  const isStopped = async () => /"code":(-31403|"forbidden")/.test(await ofOther.ask("tools/list"));
  await until(isStopped, "the server has learnt of the suspension");
  for (const [method, params] of methodsOf(adapter)) {
    await t.step(method, async () => {
      const suspended = await ofOther.ask(method, params);
      assertMatch(suspended, /"code":(-31403|"forbidden")/);
      assert(suspended.includes("The tenant is suspended"), suspended);
      for (
        const late of [
          await ofExpired.ask(method, params, expired),
          await ofRevoked.ask(method, params, revoked),
        ]
      ) {
        assertMatch(late, /"code":(-31401|"unauthenticated")/);
        assert(!late.includes("result"), late);
      }
    });
  }
}

async function runsBatchesWholeOrNotAtAll(adapter: TenantAdapter, world: World): Promise<void> {
  const limits = { maxToolCalls: 5, maxBatchSize: 4, period: "month" } as const;
  const id = await newTenant(world.tenants, limits);
  await using client = await adapter.connect(world, await keyOf(world.tenants, id));
  const codes = (size: number) =>
    client.batch!(Array.from({ length: size }, () => ({ name: OPEN, arguments: {} })));
  const refusal = async (size: number) => [...new Set(await codes(size))];
  const used = async () => (await world.tenants.usage(id)).calls.used;
  assertEquals(await refusal(5), ["quota_exceeded"], "larger than a batch may be");
  assertEquals(await used(), 0);
  assertEquals(await codes(3), ["", "", ""]);
  assertEquals(await used(), 3);
  assertEquals(await refusal(3), ["quota_exceeded"], "more than is left");
  assertEquals(await codes(2), ["", ""]);
  assertEquals(await used(), 5);
}

const TESTS: Readonly<Record<string, Test>> = {
  "what a tenant may not see answers as what does not exist": hidesWhatIsNotTheirs,
  "every method is refused to who is suspended or has a key of the past": refusesWhoIsNotLetIn,
  "a batch runs whole or not at all, and costs nothing then": runsBatchesWholeOrNotAtAll,
};

Deno.test("tenants on every adapter", async (t) => {
  await using world = await startWorld();
  for (const [title, test] of Object.entries(TESTS)) {
    const has = test === runsBatchesWholeOrNotAtAll
      ? TENANT_ADAPTERS.filter(({ hasBatches }) => hasBatches)
      : TENANT_ADAPTERS;
    for (const adapter of has) {
      await t.step(`${adapter.name}: ${title}`, (t) => test(adapter, world, t));
    }
  }
  await t.step(
    "a refusal names limit, used, remaining and reset in the same words on all",
    async () => {
      const limits = { maxToolCalls: 2, period: "month" } as const;
      const id = await newTenant(world.tenants, limits);
      await world.tenants.checkQuota(id, 2);
      const key = await keyOf(world.tenants, id);
      const told = new Set<string>();
      for (const adapter of TENANT_ADAPTERS) {
        await using client = await adapter.connect(world, key);
        const text = await client.ask("tools/call", { name: OPEN, arguments: {} });
        const json = JSON.parse(text.slice(text.search(/\{"/)));
        const { limit, used, remaining, resetsAt } = json.error?.data ?? json;
        const detail = json.error?.message ?? json.detail;
        assertEquals([limit, used, remaining], [2, 2, 0], text);
        told.add(JSON.stringify({ detail, limit, used, remaining, resetsAt }));
      }
      assertEquals(told.size, 1, [...told].join("\n"));
    },
  );
});
