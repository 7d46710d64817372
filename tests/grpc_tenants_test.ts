/** Who calls by gRPC, what it sees and what it may use: the same rules as over HTTP. */
import { assertEquals, assertRejects } from "@std/assert";
import { createTenantManager, memoryState, type TenantManager } from "../mod.ts";
import { serveGrpc } from "../src/adapters/grpc/grpc.ts";
import { GomcpError } from "../src/base/errors.ts";
import { failure, json, type Options } from "./support/grpc.ts";
import { withGrpc, type World } from "./support/grpc_server.ts";
import { SessionClient } from "./support/grpc_speaker.ts";
import { modernCall } from "./support/mcp.ts";

interface Tenants extends World {
  readonly tenants: TenantManager;
  readonly key: Options;
}

async function withTenants(
  requireKey: boolean,
  action: (world: Tenants) => Promise<void>,
): Promise<void> {
  const tenants = createTenantManager(memoryState());
  const { secret } = await tenants.createTenantWithKey("acme", "Acme", {
    denied: ["mirror"],
    maxToolCalls: 10,
    maxBatchSize: 3,
  });
  const key = { metadata: { authorization: `Bearer ${secret}` } };
  await withGrpc({ runtime: { tenants }, grpc: { requireKey } }, (world) => {
    return action({ ...world, tenants, key });
  });
  await tenants.close();
}

const ADD = { tool: "add", argumentsJson: json({ a: 1, b: 2 }) };

Deno.test("a key is taken as Bearer or x-api-key, and shows what its tenant may see", () =>
  withTenants(true, async ({ client, key, runtime }) => {
    const secret = key.metadata!.authorization as string;
    for (const options of [key, { metadata: { "x-api-key": secret.slice("Bearer ".length) } }]) {
      const { tools } = await client.listTools({}, options);
      assertEquals(tools.some(({ name }) => name === "mirror"), false);
      assertEquals(tools.length, runtime.registry.size - 1);
      assertEquals((await failure(client.getTool("mirror", options))).status, "NOT_FOUND");
      assertEquals((await failure(client.call({ tool: "mirror" }, options))).status, "NOT_FOUND");
      assertEquals((await client.watchTools(options).messages.next()).tools, tools.length);
      assertEquals((await client.call(ADD, options)).isError, false);
    }
  }));

const WRONG: readonly (readonly [string, Options])[] = [
  ["none", {}],
  ["one that is no key", { metadata: { authorization: "Bearer gmcp_wrong" } }],
  ["another scheme", { metadata: { authorization: "Basic eDp5" } }],
  ["two at once", { metadata: { authorization: "Bearer a", "x-api-key": "a" } }],
  ["one twice", { metadata: { "x-api-key": ["a", "b"] } }],
];

for (const [name, options] of WRONG) {
  Deno.test(`every method but health refuses a credential that is ${name}`, () =>
    withTenants(true, async ({ client, runtime }) => {
      for (
        const call of [
          client.call(ADD, options),
          client.batch({ items: [ADD] }, options),
          client.listTools({}, options),
          client.getTool("add", options),
        ]
      ) assertEquals((await failure(call)).status, "UNAUTHENTICATED");
      for (
        const stream of [
          client.callStream(ADD, options),
          client.batchStream({ items: [ADD] }, options),
          client.watchTools(options),
          client.session(options),
          client.reflect("v1", options),
        ]
      ) assertEquals((await stream.ending()).status, "UNAUTHENTICATED");
      assertEquals((await client.check("", options)).status, 1);
      assertEquals(runtime.stats().started, 0);
    }));
}

Deno.test("wrong keys from one address are limited, a good one goes on", () =>
  withTenants(true, async ({ client, key }) => {
    await client.call(ADD, key);
    const wrong = (n: number) => ({ metadata: { "x-api-key": `gmcp_${n}` } });
    const statuses: string[] = [];
    for (let n = 0; n < 12; n++) statuses.push((await failure(client.call(ADD, wrong(n)))).status);
    assertEquals(statuses.slice(0, 10).every((each) => each === "UNAUTHENTICATED"), true);
    assertEquals(statuses.slice(10), ["RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED"]);
    assertEquals((await client.call(ADD, key)).isError, false);
  }));

Deno.test("a quota and a batch's size hold, with what is left and when it is whole again", () =>
  withTenants(true, async ({ client, key, tenants }) => {
    const tooMany = await failure(client.batch({ items: [ADD, ADD, ADD, ADD] }, key));
    assertEquals(tooMany.info.Problem.limit, 3);
    assertEquals((await tenants.usage("acme")).calls.used, 0);
    const batch = await client.batch({ items: [ADD, ADD, ADD], parallel: -1 }, key);
    assertEquals(batch.results.every(({ outcome }) => outcome === "result"), true);
    for (let n = 3; n < 10; n++) await client.call(ADD, key);
    const ending = await failure(client.call(ADD, key));
    assertEquals([ending.status, ending.info.ErrorInfo.reason], [
      "RESOURCE_EXHAUSTED",
      "QUOTA_EXCEEDED",
    ]);
    const { remaining, limit, resetsAt } = ending.info.Problem;
    assertEquals([remaining, limit, resetsAt.endsWith("Z")], [0, 10, true]);
    assertEquals(ending.info.QuotaFailure.violations.length, 1);
    assertEquals(
      (await failure(client.batch({ items: [ADD] }, key))).info.Problem.code,
      "quota_exceeded",
    );
    assertEquals((await tenants.usage("acme")).calls.used, 10);
  }));

Deno.test("a key that is revoked ends what it was good for, sessions too", () =>
  withTenants(true, async ({ client, key, tenants, holder }) => {
    const session = new SessionClient(client, key);
    session.send(modernCall(1, "add", { a: 1, b: 1 }));
    await session.messages.next();
    const watch = client.watchTools(key);
    await watch.messages.next();
    const calling = client.callTool("hold", {}, key);
    const { ctx, finish } = await holder.next();
    await tenants.revokeKey("acme", "default");
    assertEquals((await failure(client.call(ADD, key))).status, "UNAUTHENTICATED");
    session.send(modernCall(2, "add", { a: 1, b: 1 }));
    assertEquals((await session.messages.next()).error!.code, -31401);
    ctx.notifyListChanged("tools");
    assertEquals((await watch.ending()).status, "UNAUTHENTICATED");
    finish("");
    await calling;
    session.stream.end();
  }));

Deno.test("without --require-key calls without a key are the default tenant's", () =>
  withTenants(false, async ({ client }) => {
    assertEquals((await client.call({ tool: "mirror" })).isError, false);
    const ending = await failure(client.call(ADD, { metadata: { "x-api-key": "wrong" } }));
    assertEquals(ending.status, "UNAUTHENTICATED", "a wrong key is not taken for none");
  }));

Deno.test("serveGrpc() listens beyond loopback only where that is said, or keys are needed", () =>
  withTenants(false, async ({ runtime }) => {
    const open = await assertRejects(
      () => serveGrpc(runtime, { hostname: "0.0.0.0", port: 0 }),
      GomcpError,
    );
    assertEquals(open.code, "forbidden");
    for (const options of [{ allowAnonymous: true }, { requireKey: true }]) {
      const server = await serveGrpc(runtime, { hostname: "0.0.0.0", port: 0, ...options });
      await server.close();
    }
    const taken = await serveGrpc(runtime, { port: 0 });
    const error = await assertRejects(() => serveGrpc(runtime, { port: taken.port }), GomcpError);
    assertEquals(error.message.startsWith(`Cannot listen on 127.0.0.1:${taken.port}: `), true);
    await taken.close();
  }));
