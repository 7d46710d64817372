/** Every method in both eras × what a tenant has, what is another's, denied or unknown, and bad credentials. */
import { assertEquals } from "@std/assert";
import { z } from "zod";
import { receive } from "../src/adapters/mcp/endpoint.ts";
import { legacyListener } from "../src/adapters/mcp/legacy_events.ts";
import { Peer } from "../src/adapters/mcp/peer.ts";
import { FakeClock } from "../src/base/fake_clock.ts";
import type { RpcMessage } from "../src/protocol/jsonrpc.ts";
import {
  type Access,
  createRuntime,
  createTenantManager,
  definePrompt,
  defineResource,
  defineTool,
  type Features,
  memoryState,
  type Runtime,
  type TenantManager,
} from "../mod.ts";
import { type Message, modern } from "./support/mcp.ts";

type Params = Record<string, unknown>;

/** Names of one length, so that answers differ in nothing else. */
const SHARED = ["open_x", "shut_x"];
const [OPEN, DENIED, OWN, FOREIGN, UNKNOWN] = ["open_x", "shut_x", "mine_x", "thei_x", "none_x"];

function featuresOf(names: readonly string[]): Features {
  return {
    tools: names.map((name) => defineTool({ name, description: "Tool.", handler: () => name })),
    resources: names.flatMap((name) => [
      defineResource({ uri: `x://${name}`, name, read: () => name }),
      defineResource({
        uri: `x://${name}/{id}`,
        name: `${name}-each`,
        read: () => name,
        complete: { id: () => [name] },
      }),
    ]),
    prompts: names.map((name) =>
      definePrompt({
        name,
        arguments: z.object({ who: z.string().optional() }),
        complete: { who: () => [name] },
        handler: () => name,
      })
    ),
  };
}

/** What names a thing, by method. */
const NAMED: Readonly<Record<string, (name: string) => Params>> = {
  "tools/call": (name) => ({ name, arguments: {} }),
  "resources/read": (name) => ({ uri: `x://${name}` }),
  "prompts/get": (name) => ({ name }),
  "completion/complete": (name) => ({
    ref: { type: "ref/prompt", name },
    argument: { name: "who", value: "" },
  }),
};
const TEMPLATES: Readonly<Record<string, (name: string) => Params>> = {
  "resources/read": (name) => ({ uri: `x://${name}/1` }),
  "completion/complete": (name) => ({
    ref: { type: "ref/resource", uri: `x://${name}/{id}` },
    argument: { name: "id", value: "" },
  }),
};
const LISTS = ["tools/list", "resources/list", "resources/templates/list", "prompts/list"];
const ERAS = ["modern", "legacy"] as const;

interface World {
  readonly runtime: Runtime;
  readonly tenants: TenantManager;
  readonly clock: FakeClock;
  /** Asks on behalf of an access, in an era; the text of the answer. */
  ask(access: Access, era: (typeof ERAS)[number], method: string, params?: Params): Promise<string>;
}

async function withWorld(action: (world: World) => Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const tenants = createTenantManager(memoryState(), { clock });
  for (const id of ["us", "them"]) {
    await tenants.createTenant(id, id, { denied: ["shut_*", "x://shut_*"] });
  }
  const tenantFeatures = new Map([["us", featuresOf([OWN])], ["them", featuresOf([FOREIGN])]]);
  const runtime = createRuntime({ ...featuresOf(SHARED), tenants, tenantFeatures, clock });
  const exchange = { notify: () => {}, request: () => true };
  await action({
    runtime,
    tenants,
    clock,
    async ask(access, era, method, params = {}) {
      const peer = new Peer("http", { access });
      peer.version = "2025-11-25";
      const message = era === "modern"
        ? modern(1, method, params)
        : { jsonrpc: "2.0", id: 1, method, params };
      return await receive(runtime, message as RpcMessage, peer, exchange) ?? "";
    },
  });
  await runtime.shutdown();
  await tenants.close();
}

/** What clients of an access are told, in the words of the handshake revisions. */
function listen(runtime: Runtime, access: Access): string[] {
  const told: string[] = [];
  const peer = new Peer("http", { access });
  peer.version = "2025-11-25";
  peer.offered = ["tools", "resources", "prompts"];
  runtime.events.add(legacyListener(runtime, peer, (text) => told.push(text), () => {}));
  return told;
}

Deno.test("clients of a tenant whose rule has changed are told that their lists have, and no others", () =>
  withWorld(async ({ runtime, tenants }) => {
    const [us, them] = [await accessBy(tenants, "us"), await accessBy(tenants, "them")];
    const [ours, theirs] = [listen(runtime, us), listen(runtime, them)];
    await tenants.updateTenant("us", { name: "Us", limits: { maxToolCalls: 5 } });
    await tenants.setDeniedTools("us", ["shut_*", "open_*"]);
    for (let i = 0; i < 50; i++) await Promise.resolve();
    const methods = ours.map((text) => JSON.parse(text).method);
    assertEquals(
      methods,
      ["tools", "resources", "prompts"].map((list) => `notifications/${list}/list_changed`),
    );
    assertEquals(theirs, []);
    await tenants.setDeniedTools("us", ["shut_*", "open_*"]);
    for (let i = 0; i < 50; i++) await Promise.resolve();
    assertEquals(ours.length, 3, "nothing has changed");
  }));

async function accessBy(tenants: TenantManager, tenant: string): Promise<Access> {
  const { secret } = await tenants.createKey(tenant, { name: crypto.randomUUID() });
  return await tenants.authenticate(secret) as Access;
}

for (const era of ERAS) {
  for (const [method, paramsOf] of [...Object.entries(NAMED), ...Object.entries(TEMPLATES)]) {
    const what = paramsOf === TEMPLATES[method] ? `${method} of a template` : method;
    Deno.test(`${what} (${era}) answers for what is denied or another's as for what is not`, () =>
      withWorld(async ({ tenants, ask }) => {
        const access = await accessBy(tenants, "us");
        const answer = (name: string) => ask(access, era, method, paramsOf(name));
        const unknown = await answer(UNKNOWN);
        assertEquals("error" in JSON.parse(unknown), true, unknown);
        for (const name of [DENIED, FOREIGN]) {
          assertEquals(await answer(name), unknown.replaceAll(UNKNOWN, name));
        }
        for (const name of [OPEN, OWN]) {
          const text = await answer(name);
          assertEquals("result" in JSON.parse(text), true, text);
        }
      }));
  }

  for (const method of LISTS) {
    Deno.test(`${method} (${era}) shows what calls find, and nothing else`, () =>
      withWorld(async ({ tenants, ask }) => {
        const text = await ask(await accessBy(tenants, "us"), era, method);
        const shown = [OPEN, DENIED, OWN, FOREIGN].filter((name) => text.includes(name));
        assertEquals(shown, [OPEN, OWN]);
        const theirs = await ask(await accessBy(tenants, "them"), era, method);
        assertEquals([OWN, FOREIGN].filter((name) => theirs.includes(name)), [FOREIGN]);
      }));
  }

  Deno.test(`every method (${era}) is refused to suspended, expired, revoked and removed`, () =>
    withWorld(async ({ tenants, clock, ask }) => {
      const expiresMs = clock.wall() + 1_000;
      const options = { name: "short", expiresMs };
      const { secret } = await tenants.createKey("us", options);
      const expired = await tenants.authenticate(secret) as Access;
      const revoked = await accessBy(tenants, "us");
      const [key] = (await tenants.listKeys("us")).filter(({ id }) => id === revoked.credential);
      await tenants.revokeKey("us", key!.id);
      const suspended = await accessBy(tenants, "them");
      await tenants.updateTenant("them", { suspended: true });
      await tenants.createTenant("gone", "Gone");
      const removed = await accessBy(tenants, "gone");
      await tenants.deleteTenant("gone");
      clock.advance(1_000);
      for (let i = 0; i < 50; i++) await Promise.resolve();
      const rows: [Access, number][] = [
        [expired, -31401],
        [revoked, -31401],
        [removed, -31401],
        [suspended, -31403],
      ];
      for (const [access, code] of rows) {
        for (const method of [...LISTS, ...Object.keys(NAMED)]) {
          const params = NAMED[method]?.(OPEN) ?? {};
          const answer: Message = JSON.parse(await ask(access, era, method, params));
          assertEquals(answer.error?.code, code, method);
        }
      }
    }));
}
