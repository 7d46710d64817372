/** Raw MCP over stdio: both eras in one process, ids, versions, methods, batches. */
import { assertEquals } from "@std/assert";
import {
  cancelled,
  initialize,
  INITIALIZED,
  LEGACY,
  legacy,
  legacyCall,
  MODERN,
  modern,
  modernCall,
  notification,
  VERSION_KEY,
} from "./support/mcp.ts";
import { startStdio } from "./support/stdio.ts";

Deno.test("stdio serves both eras in one process, message by message", async () => {
  await using server = await startStdio({ fixtures: ["plain"] });
  const text = async (message: Parameters<typeof server.request>[0]) =>
    (await server.request(message)).result.content[0].text;

  const probe = await server.request(modern("probe", "server/discover"));
  assertEquals(probe.result.supportedVersions, [MODERN]);
  assertEquals(await text(modernCall(1, "add", { a: 1, b: 1 })), "2");

  const hello = await server.request(initialize(2));
  assertEquals(hello.result.protocolVersion, LEGACY[0]);
  await server.send(INITIALIZED);
  assertEquals(await text(legacyCall(3, "add", { a: 1, b: 2 })), "3");

  const again = await server.request(modern(4, "server/discover"));
  assertEquals(again.result.supportedVersions, [MODERN]);
  const modernAnswer = await server.request(modernCall(5, "echo", { msg: "m" }));
  assertEquals(modernAnswer.result.resultType, "complete");
  const legacyAnswer = await server.request(legacyCall(6, "echo", { msg: "l" }));
  assertEquals(legacyAnswer.result, { content: [{ type: "text", text: "l" }] });
  assertEquals((await server.request(legacy(7, "ping"))).result, {});
});

Deno.test("stdio answers the probe at once, whatever the client claims", async () => {
  await using server = await startStdio();
  const unserved = await server.request(
    modern(1, "server/discover", {}, { [VERSION_KEY]: "2099-01-01" }),
  );
  assertEquals(unserved.error?.code, -32022);
  assertEquals(unserved.error?.data.supported, [MODERN]);
  // No metadata: an error, but not the one that makes clients think of an old server.
  const bare = await server.request(legacy(2, "server/discover"));
  assertEquals(bare.error?.code, -32602);
});

Deno.test("stdio negotiates every legacy revision", async () => {
  await using server = await startStdio();
  for (const [index, version] of [...LEGACY, "1999-01-01", MODERN].entries()) {
    const { result } = await server.request(initialize(index, version));
    const expected = (LEGACY as readonly string[]).includes(version) ? version : LEGACY[0];
    assertEquals(result.protocolVersion, expected);
  }
});

Deno.test("stdio gives ids back as they came: strings, numbers, zero, negative, empty", async () => {
  await using server = await startStdio();
  const ids = ["a", "", "1", 1, 0, -5, Number.MAX_SAFE_INTEGER, "x".repeat(256), "ü\n\u2028"];
  for (const id of ids) {
    await server.send(modernCall(id, "echo", { msg: String(id) }));
    const answer = await server.messages.next();
    assertEquals([answer.id, answer.result.content[0].text], [id, String(id)]);
  }
  for (const id of [null, 1.5, {}, [], true, "x".repeat(257)]) {
    await server.send({ jsonrpc: "2.0", id, method: "ping" });
    const answer = await server.messages.next();
    assertEquals([answer.error?.code, "id" in answer], [-32600, false]);
  }
});

Deno.test("stdio refuses an id that is still open, and the open call is not harmed", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  const gate = server.gate();
  await server.send(legacyCall(1, "gate", gate.arguments));
  await gate.reached();
  await server.send(legacyCall(1, "echo", { msg: "me too" }));
  const refusal = await server.messages.find(({ error }) => error !== undefined, "a refusal");
  assertEquals([refusal.error?.code, "id" in refusal], [-32600, false]);
  await gate.open();
  assertEquals((await server.answer(1)).result.content[0].text, "open");
  await server.send(legacyCall(1, "echo", { msg: "now" }));
  await server.messages.find(({ result }) => result?.content[0].text === "now", "the second use");
});

Deno.test("stdio answers unknown methods and tools, and leaves unknown notifications alone", async () => {
  await using server = await startStdio();
  const errors: [Parameters<typeof server.request>[0], number][] = [
    [legacy(1, "nobody/knows"), -32601],
    [modern(2, "nobody/knows"), -32601],
    [modern(3, "ping"), -32601],
    [modern(4, "initialize", initialize(4).params), -32601],
    [legacy(5, "constructor"), -32601],
    [legacyCall(6, "nobody"), -32602],
    [modernCall(7, "nobody"), -32602],
    [modernCall(8, "__proto__"), -32602],
    [legacy(9, "initialize", {}), -32602],
    [legacy(10, "tools/call", {}), -32602],
  ];
  await server.send(
    notification("notifications/nobody/knows"),
    notification("tools/call", { name: "echo", arguments: { msg: "x" } }),
    cancelled("never there"),
    cancelled(99),
    notification("notifications/cancelled", { requestId: null }),
    notification("notifications/cancelled"),
    notification("notifications/progress", { progressToken: 1, progress: 1 }),
    { jsonrpc: "2.0", id: 77, result: {} },
    { jsonrpc: "2.0", id: "x", error: { code: 1, message: "no" } },
  );
  for (const [message, code] of errors) {
    assertEquals((await server.request(message)).error?.code, code, JSON.stringify(message));
  }
  assertEquals(server.messages.items.length, errors.length, "a notification was answered");
});

Deno.test("stdio sends no answer to a call that the client has cancelled", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  const [one, two] = [server.gate("one"), server.gate("two")];
  await server.send(
    legacyCall("one", "gate", one.arguments),
    modernCall(2, "gate", two.arguments),
  );
  await Promise.all([one.reached(), two.reached()]);
  await server.send(cancelled("one"), cancelled(2), cancelled(2));
  await Promise.all([one.aborted(), two.aborted()]);
  await server.request(legacy("after", "ping"));
  assertEquals(server.messages.items.map(({ id }) => id), ["after"]);
});

Deno.test("stdio takes batches from clients of 2025-03-26 and from nobody else", async () => {
  await using server = await startStdio();
  const batch = [legacyCall(1, "echo", { msg: "a" }), INITIALIZED, legacy(2, "ping")];
  await server.send(batch);
  assertEquals((await server.messages.next()).error?.code, -32600);
  await server.request(initialize("new"));
  await server.messages.next();
  await server.send(batch);
  assertEquals((await server.messages.next()).error?.code, -32600);
  await server.request(initialize("old", "2025-03-26"));
  await server.messages.next();
  await server.send(batch);
  const answers = await server.messages.next() as unknown as { id: number }[];
  assertEquals(answers.map(({ id }) => id), [1, 2]);
  await server.send([]);
  assertEquals((await server.messages.next()).error?.code, -32600);
});
