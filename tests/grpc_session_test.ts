/** gomcp.v1.McpService: what is its own beside the requirements of MCP, which tests/requirements_test.ts holds. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { LIMITS } from "../src/base/limits.ts";
import { until } from "./support/wait.ts";
import { failure, GrpcClient } from "./support/grpc.ts";
import { withGrpc } from "./support/grpc_server.ts";
import { SessionClient } from "./support/grpc_speaker.ts";
import {
  cancelled,
  initialize,
  legacyCall,
  type Message,
  modern,
  modernCall,
} from "./support/mcp.ts";

const textOf = ({ result }: Message) => result.content[0].text;

Deno.test("many calls go at once on one session, in frames of one message or many", () =>
  withGrpc({}, async ({ client }) => {
    const session = new SessionClient(client);
    const calls = Array.from({ length: 300 }, (_, id) => modernCall(id, "add", { a: id, b: 1 }));
    session.send(...calls.slice(0, 100));
    for (const call of calls.slice(100)) session.send(call);
    const answers = new Map<unknown, string>();
    for (let count = 0; count < 300; count++) {
      const answer = await session.messages.next();
      answers.set(answer.id, textOf(answer));
    }
    for (let id = 0; id < 300; id++) assertEquals(answers.get(id), `${id + 1}`);
    assert(session.stream.messages.items.length < 300, "answers that were ready together came so");
    session.stream.end();
    assertEquals((await session.stream.ending()).status, "OK");
  }));

Deno.test("both eras speak on one session, and it tells which revisions there are", () =>
  withGrpc({}, async ({ client }) => {
    const session = new SessionClient(client);
    session.send(initialize("i"), legacyCall("old", "add", { a: 1, b: 1 }));
    session.send(modernCall("new", "add", { a: 2, b: 2 }));
    const answers = [
      await session.messages.next(),
      await session.messages.next(),
      await session.messages.next(),
    ];
    assertEquals(answers.map(({ id }) => id), ["i", "old", "new"]);
    assertEquals(answers[0]!.result.protocolVersion, "2025-11-25");
    const [versions] = (await session.stream.initial).get("mcp-protocol-versions");
    assertEquals(versions, "2026-07-28,2025-11-25,2025-06-18,2025-03-26,2024-11-05");
    session.stream.end();
  }));

Deno.test("a message may have newlines between its tokens, and be broken without harm to others", () =>
  withGrpc({}, async ({ client }) => {
    const session = new SessionClient(client);
    session.send(JSON.stringify(modernCall(1, "add", { a: 1, b: 1 }), null, 2));
    assertEquals(textOf(await session.messages.next()), "2");
    session.send("{\n", modernCall(2, "add", { a: 1, b: 2 }));
    assertEquals((await session.messages.next()).error!.code, -32700);
    assertEquals(textOf(await session.messages.next()), "3");
    session.send("x".repeat(LIMITS.messageBytesMax + 1));
    const refused = await session.messages.next();
    assertEquals([refused.error!.code, refused.error!.data.code], [-32600, "too_large"]);
    session.stream.call.write(Buffer.from([0x0a, 0x7f]));
    const ending = await session.stream.ending();
    assertEquals([ending.status, ending.info.Problem.code], ["INVALID_ARGUMENT", "parse_error"]);
  }));

Deno.test("the end of the client's side lets open calls end, a cancellation stops them", () =>
  withGrpc({}, async ({ client, holder, runtime }) => {
    const ending = new SessionClient(client);
    ending.send(modernCall(1, "hold"));
    const first = await holder.next();
    ending.stream.end();
    first.finish("done");
    assertEquals(textOf(await ending.messages.next()), "done");
    assertEquals((await ending.stream.ending()).status, "OK");

    const leaving = new SessionClient(client);
    leaving.send(modernCall(1, "hold"), modernCall(2, "hold"));
    const held = [await holder.next(), await holder.next()];
    leaving.send(cancelled(1));
    assertEquals(await held[0]!.aborted, "AbortError");
    leaving.stream.cancel();
    assertEquals(await held[1]!.aborted, "AbortError");
    await until(() => runtime.stats().running === 0, "no call runs");
  }));

// deno-fmt-ignore: one stream a line.
const MIRRORED: readonly (readonly [Record<string, string>, string, boolean])[] = [
  [{ "mcp-protocol-version": "2026-07-28" }, "add", true],
  [{ "mcp-protocol-version": "2025-11-25" }, "add", false],
  [{ "mcp-method": "tools/call", "mcp-name": "add" }, "add", true],
  [{ "mcp-method": "tools/list" }, "add", false],
  [{ "mcp-name": "other" }, "add", false],
  [{ "mcp-name": "=?base64?YWRk?=" }, "add", true],
];

for (const [metadata, tool, isGood] of MIRRORED) {
  Deno.test(`metadata ${JSON.stringify(metadata)} ${isGood ? "fit" : "are refused for"} a call of ${tool}`, () =>
    withGrpc({}, async ({ client, runtime }) => {
      const session = new SessionClient(client, { metadata });
      session.send(modernCall(1, tool, { a: 1, b: 1 }));
      const answer = await session.messages.next();
      assertEquals([answer.id, answer.error?.code], [1, isGood ? undefined : -32020]);
      assertEquals(runtime.stats().started, isGood ? 1 : 0);
      session.stream.end();
    }));
}

Deno.test("a client that does not read its answers is not read either", () =>
  withGrpc({}, async ({ server, runtime }) => {
    using client = new GrpcClient(server.address, undefined, {
      "grpc.max_receive_message_length": -1,
    });
    const session = new SessionClient(client);
    session.stream.call.pause();
    for (let id = 0; id < 100; id++) session.send(modernCall(id, "big", { bytes: 1_000_000 }));
    let last = -1;
    while (last !== (last = runtime.stats().started) || last === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert(last < 70, `${last} of 100 calls were made`);
    session.stream.call.resume();
    for (let id = 0; id < 100; id++) await session.messages.next();
    session.stream.end();
    assertEquals((await session.stream.ending()).status, "OK");
  }));

Deno.test("a subscription on a session tells of changes, and ends with it", () =>
  withGrpc({}, async ({ client, holder, runtime }) => {
    const session = new SessionClient(client);
    session.send(
      modern("l", "subscriptions/listen", { notifications: { toolsListChanged: true } }),
    );
    await session.messages.find(({ method }) => method?.endsWith("acknowledged") === true, "ack");
    const calling = client.callTool("hold");
    const { ctx, finish } = await holder.next();
    ctx.notifyListChanged("tools");
    await session.messages.find(
      ({ method }) => method === "notifications/tools/list_changed",
      "change",
    );
    session.stream.end();
    await session.messages.find(
      ({ id, result }) => id === "l" && result !== undefined,
      "its answer",
    );
    assertEquals((await session.stream.ending()).status, "OK");
    assertEquals(runtime.events.size, 0);
    finish("");
    await calling;
  }));

Deno.test("a session without a credential is refused where one is needed", async () => {
  const { createTenantManager, memoryState } = await import("../mod.ts");
  const tenants = createTenantManager(memoryState());
  await withGrpc({ runtime: { tenants }, grpc: { requireKey: true } }, async ({ client }) => {
    const ending = await client.session().ending();
    assertEquals([ending.status, ending.info.Problem.code], ["UNAUTHENTICATED", "unauthenticated"]);
    assertEquals((await failure(client.listTools())).status, "UNAUTHENTICATED");
  });
  await tenants.close();
});
