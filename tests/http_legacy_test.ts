/** /mcp in the handshake era: sessions, versions, batches (revisions 2024-11-05 to 2025-11-25). */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  initialize,
  INITIALIZED,
  LEGACY,
  legacy,
  legacyCall,
  MCP_HEADERS,
  MODERN,
  modernCall,
  notification,
} from "./support/mcp.ts";
import { HttpSession, postMcp, postModern } from "./support/mcp_http.ts";
import { startServer } from "./support/server.ts";

const CALL = legacyCall(1, "echo", { msg: "hi" });

Deno.test("legacy HTTP negotiates each revision and opens a session of its own", async (t) => {
  await using server = await startServer();
  const ids = new Set<string>();
  const wishes: Record<string, string> = {
    ...Object.fromEntries(LEGACY.map((version) => [version, version])),
    "1999-01-01": LEGACY[0],
    [MODERN]: LEGACY[0],
    "": LEGACY[0],
  };
  for (const [wish, answer] of Object.entries(wishes)) {
    await t.step(`"${wish}" is answered with ${answer}`, async () => {
      const session = await HttpSession.open(server, wish);
      assertEquals(session.version, answer);
      assertMatch(session.id, /^[\x21-\x7e]{20,}$/);
      ids.add(session.id);
      const { status, json } = await session.post(CALL);
      assertEquals([status, json.result.content[0].text], [200, "hi"]);
      assertEquals(["resultType" in json.result, "_meta" in json.result], [false, false]);
    });
  }
  assertEquals(ids.size, Object.keys(wishes).length);
});

Deno.test("legacy HTTP holds clients to their session", async (t) => {
  await using server = await startServer();
  const session = await HttpSession.open(server);
  const statusOf = async (body: unknown, headers: Record<string, string | undefined>) =>
    (await session.post(body, headers)).status;
  await t.step("400 without a session", async () => {
    assertEquals(await statusOf(CALL, { "mcp-session-id": undefined }), 400);
    assertEquals(await statusOf(INITIALIZED, { "mcp-session-id": undefined }), 400);
  });
  await t.step("404 for a session that never was", async () => {
    assertEquals(await statusOf(CALL, { "mcp-session-id": crypto.randomUUID() }), 404);
  });
  await t.step("400 for a version that is not served", async () => {
    assertEquals(await statusOf(CALL, { "mcp-protocol-version": "1999-01-01" }), 400);
  });
  await t.step("200 without a version", async () => {
    assertEquals(await statusOf(CALL, { "mcp-protocol-version": undefined }), 200);
  });
  await t.step("202 for notifications and for answers", async () => {
    const gone = notification("notifications/cancelled", { requestId: 99 });
    assertEquals(await statusOf(gone, {}), 202);
    assertEquals(await statusOf(notification("notifications/nobody/knows"), {}), 202);
    assertEquals(await statusOf({ jsonrpc: "2.0", id: 5, result: {} }, {}), 202);
  });
  await t.step("DELETE ends it, and 404 follows", async () => {
    const other = await HttpSession.open(server);
    assert((await session.delete()).status < 300);
    assertEquals(await statusOf(CALL, {}), 404);
    assertEquals((await session.delete()).status, 404);
    assertEquals((await other.post(CALL)).status, 200);
  });
  await t.step("405 for DELETE without a session, and for GET", async () => {
    const headers = { accept: "text/event-stream" };
    for (const method of ["DELETE", "GET"]) {
      const reply = await server.request("/mcp", { method, headers });
      assertEquals([reply.status, reply.headers.get("allow")], [405, "POST, GET, DELETE"]);
    }
  });
});

Deno.test("legacy HTTP answers errors of JSON-RPC with 200", async () => {
  await using server = await startServer();
  const session = await HttpSession.open(server);
  const errors: [unknown, number][] = [
    [legacy(1, "nobody/knows"), -32601],
    [legacy(1, "server/nothing"), -32601],
    [legacyCall(1, "nobody"), -32602],
    [legacy(1, "tools/call", { name: 5 }), -32602],
    [legacy(1, "tools/list", { cursor: "nonsense" }), -32602],
    [legacy(1, "logging/setLevel", { level: "loud" }), -32602],
  ];
  for (const [body, code] of errors) {
    const { status, json } = await session.post(body);
    assertEquals([status, json.id, json.error.code], [200, 1, code], JSON.stringify(body));
  }
  assertEquals((await session.post(legacy(1, "ping"))).json.result, {});
  const refused = await postMcp(server, legacy(1, "initialize", {}));
  assertEquals(refused.json.error.code, -32602);
  assert(!refused.headers.has("mcp-session-id"), "a failed handshake opens no session");
});

Deno.test("legacy HTTP takes batches from clients of 2025-03-26 and from nobody else", async (t) => {
  await using server = await startServer({ fixtures: ["plain"] });
  for (const version of LEGACY.filter((each) => each !== "2025-03-26")) {
    await t.step(`not ${version}`, async () => {
      const session = await HttpSession.open(server, version);
      const { status, json } = await session.post([CALL]);
      assertEquals([status, json.error.code], [400, -32600]);
    });
  }
  const session = await HttpSession.open(server, "2025-03-26");
  await t.step("answers in one array, notifications and answers left out", async () => {
    const bad = { jsonrpc: "2.0", id: "bad" };
    const batch = [
      CALL,
      INITIALIZED,
      { jsonrpc: "2.0", id: 50, result: {} },
      legacyCall("two", "add", { a: 1, b: 2 }),
      legacyCall(3, "nobody"),
      bad,
      initialize(4),
    ];
    const { status, json } = await session.post(batch);
    assertEquals([status, json.length], [200, 5]);
    const byId = new Map(json.map((answer: { id: unknown }) => [answer.id, answer]));
    // deno-lint-ignore no-explicit-any -- answers of every shape
    const answer = (id: unknown): any => byId.get(id);
    assertEquals(answer(1).result.content[0].text, "hi");
    assertEquals(answer("two").result.content[0].text, "3");
    assertEquals([answer(3), answer("bad"), answer(4)].map(({ error }) => error.code), [
      -32602,
      -32600,
      -32600,
    ]);
  });
  await t.step("nothing but notifications is taken with 202", async () => {
    const { status, text } = await session.post([INITIALIZED, INITIALIZED]);
    assertEquals([status, text], [202, ""]);
  });
  await t.step("an empty one, or one that is too long, is refused", async () => {
    for (const batch of [[], Array.from({ length: 101 }, () => INITIALIZED)]) {
      const { json } = await session.post(batch);
      assertEquals(json.error.code, -32600);
    }
    const full = Array.from({ length: 100 }, (_, id) => legacyCall(id, "echo", { msg: "x" }));
    assertEquals((await session.post(full)).json.length, 100);
  });
});

Deno.test("both eras share /mcp, whatever session a modern client names", async () => {
  await using server = await startServer();
  const session = await HttpSession.open(server);
  const request = modernCall("m", "echo", { msg: "modern" });
  const modern = await postModern(server, request, { "mcp-session-id": session.id });
  assertEquals(modern.json.result.resultType, "complete");
  assert(!modern.headers.has("mcp-session-id"));
  const legacyAnswer = await session.post(CALL);
  assertEquals(legacyAnswer.json.result, { content: [{ type: "text", text: "hi" }] });
  const other = await postMcp(server, initialize(1), MCP_HEADERS);
  assertNotEquals(other.headers.get("mcp-session-id"), session.id);
});
