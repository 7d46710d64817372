/** /mcp for the handshake era: sessions, and the status codes of their revisions. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import { Incoming } from "./incoming.ts";
import { BodyReader } from "./body_reader.ts";
import { McpRoute } from "./mcp_route.ts";

const BASE = { "content-type": "application/json", accept: "application/json, text/event-stream" };

const hi = defineTool({ name: "hi", description: "Says hi.", handler: () => "hi" });

/** Waits for what only needs promises to be kept. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !done(); turn++) await undefined;
  assert(done());
}

function setUp() {
  const clock = new FakeClock();
  const runs: { readonly signal: AbortSignal; readonly end: (text: string) => void }[] = [];
  const wait = defineTool({
    name: "wait",
    description: "Waits.",
    timeout: "2h",
    handler: (_, { signal }) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      runs.push({ signal, end: resolve });
      return promise;
    },
  });
  const runtime = createRuntime({ tools: [hi, wait], clock });
  const route = new McpRoute(runtime, new BodyReader(runtime.clock));
  const send = async (method: string, body: unknown, headers: Record<string, string> = {}) =>
    await route.handle(
      new Incoming(
        new Request("http://localhost/mcp", {
          method,
          headers: { ...BASE, ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
        { address: "::1" },
      ),
    );
  const post = (body: unknown, headers?: Record<string, string>) => send("POST", body, headers);
  /** Shakes hands and gives the headers of the session. */
  const open = async (version = "2025-11-25") => {
    const response = await post(initialize(version));
    const id = response.headers.get("mcp-session-id");
    assert(response.status === 200 && id !== null);
    await response.text();
    return { "mcp-session-id": id };
  };
  return { clock, runs, send, post, open };
}

function initialize(protocolVersion: unknown) {
  return message("initialize", { protocolVersion, capabilities: {} }, "init");
}

function message(method: string, params: unknown = {}, id: unknown = 1) {
  return { jsonrpc: "2.0", id, method, params };
}

const HI = message("tools/call", { name: "hi" });
const WAIT = message("tools/call", { name: "wait" });

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

for (const version of ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "1999-01-01"]) {
  Deno.test(`initialize with ${version} opens a session that works`, async () => {
    const { post, open } = setUp();
    const session = await open(version);
    assert(/^[\x21-\x7e]+$/.test(session["mcp-session-id"]));
    const answer = await (await post(HI, session)).json();
    assertEquals(answer, {
      jsonrpc: "2.0",
      id: 1,
      result: { content: [{ type: "text", text: "hi" }] },
    });
  });
}

Deno.test("initialize without a version opens no session", async () => {
  const response = await setUp().post(initialize(undefined));
  assertEquals([response.status, response.headers.get("mcp-session-id")], [200, null]);
  assertEquals((await response.json()).error.code, -32602);
});

Deno.test("initialize without a version takes no session's place", async () => {
  const { post, open } = setUp();
  const session = await open();
  for (let turn = 0; turn < LIMITS.sessionsMax; turn++) await statusOf(post(initialize(7)));
  assertEquals(await statusOf(post(HI, session)), 200);
});

Deno.test("a request without a session is refused with 400, one of an unknown session with 404", async () => {
  const { post } = setUp();
  for (
    const body of [HI, message("ping"), { jsonrpc: "2.0", method: "notifications/initialized" }]
  ) {
    assertEquals(await statusOf(post(body)), 400);
    assertEquals(await statusOf(post(body, { "mcp-session-id": "unknown" })), 404);
  }
});

Deno.test("a request may name its revision, but none that is not served", async () => {
  const { post, open } = setUp();
  const session = await open();
  for (const version of ["2025-11-25", "2025-03-26", " 2025-06-18 "]) {
    assertEquals(await statusOf(post(HI, { ...session, "mcp-protocol-version": version })), 200);
  }
  for (const version of ["1999-01-01", "x", ""]) {
    assertEquals(await statusOf(post(HI, { ...session, "mcp-protocol-version": version })), 400);
  }
});

Deno.test("DELETE ends a session: then it is unknown, its calls are stopped", async () => {
  const { runs, send, post, open } = setUp();
  const session = await open();
  const waiting = post(WAIT, session);
  await until(() => runs.length === 1);
  const deleted = await send("DELETE", undefined, session);
  assertEquals([deleted.status, deleted.body], [204, null]);
  assertEquals(runs[0]!.signal.aborted, true);
  await (await waiting).body?.cancel();
  assertEquals(await statusOf(send("DELETE", undefined, session)), 404);
  assertEquals(await statusOf(post(HI, session)), 404);
  runs[0]!.end("late");
});

for (const method of ["GET", "DELETE"]) {
  Deno.test(`${method} belongs to sessions: one that names the modern era is 405, an unknown revision 400`, async () => {
    const { send, post, open } = setUp();
    const session = await open();
    const as = (version: string) =>
      send(method, undefined, { ...session, "mcp-protocol-version": version });
    const modern = await as("2026-07-28");
    assertEquals([modern.status, modern.headers.get("allow")], [405, "POST"]);
    await modern.body?.cancel();
    for (const version of ["1999-01-01", "x", ""]) assertEquals(await statusOf(as(version)), 400);
    assertEquals(await statusOf(post(HI, session)), 200, "the session goes on");
    assertEquals(await statusOf(as("2025-11-25")), method === "GET" ? 200 : 204);
  });
}

Deno.test("GET with a session is the stream of what belongs to no request", async () => {
  const { send, open } = setUp();
  const session = await open("2025-06-18");
  const stream = await send("GET", undefined, session);
  assertEquals([stream.status, stream.headers.get("content-type")], [200, "text/event-stream"]);
  await (await send("DELETE", undefined, session)).body?.cancel();
  assertEquals(await stream.text(), "");
});

Deno.test("notifications and responses of a session are accepted with nothing", async () => {
  const { post, open } = setUp();
  const session = await open();
  const bodies = [
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } },
    { jsonrpc: "2.0", id: 1, result: {} },
    { jsonrpc: "2.0", id: 1, error: { code: 1, message: "x" } },
  ];
  for (const body of bodies) {
    const response = await post(body, session);
    assertEquals([response.status, response.body], [202, null]);
  }
  assertEquals(await statusOf(post({ jsonrpc: "2.0", id: 1, result: {} })), 400);
});

Deno.test("legacy errors of JSON-RPC are in a 200 answer", async () => {
  const { post, open } = setUp();
  const session = await open();
  for (const [method, code] of [["x", -32601], ["server/discover", -32602]] as const) {
    const response = await post(message(method), session);
    assertEquals(response.status, code === -32601 ? 200 : 400);
    assertEquals((await response.json()).error.code, code);
  }
});

Deno.test("a call is cancelled by a notification of the same session only", async () => {
  const { runs, post, open } = setUp();
  const [mine, other] = [await open(), await open()];
  const responding = post(WAIT, mine);
  await until(() => runs.length === 1);
  const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
  assertEquals(await statusOf(post(cancel, other)), 202);
  assertEquals(runs[0]!.signal.aborted, false);
  assertEquals(await statusOf(post(cancel, mine)), 202);
  assertEquals(runs[0]!.signal.aborted, true);
  assertEquals(await statusOf(responding), 202);
  runs[0]!.end("late");
});

Deno.test("two sessions may use the same ids, one session may not", async () => {
  const { runs, post, open } = setUp();
  const [mine, other] = [await open(), await open()];
  const both = [post(WAIT, mine), post(WAIT, other)];
  await until(() => runs.length === 2);
  const { error } = await (await post(HI, mine)).json();
  assertEquals(error.code, -32600);
  for (const { end } of runs) end("done");
  for (const each of both) assertEquals((await (await each).json()).result.content[0].text, "done");
});

Deno.test("only a session of 2025-03-26 takes batches", async () => {
  const { post, open } = setUp();
  const batch = [HI, message("ping", {}, 2)];
  const old = await post(batch, await open("2025-03-26"));
  assertEquals((await old.json()).map(({ id }: { id: number }) => id), [1, 2]);
  for (const version of ["2024-11-05", "2025-06-18", "2025-11-25"]) {
    const response = await post(batch, await open(version));
    assertEquals([response.status, (await response.json()).error.code], [400, -32600]);
  }
  assertEquals(await statusOf(post(batch)), 400);
  const notes = [{ jsonrpc: "2.0", method: "notifications/initialized" }];
  assertEquals(await statusOf(post(notes, await open("2025-03-26"))), 202);
});

for (const length of [0, LIMITS.rpcBatchMax + 1]) {
  Deno.test(`a batch of ${length} messages is refused with 400, and the session goes on`, async () => {
    const { post, open } = setUp();
    const session = await open("2025-03-26");
    const response = await post(new Array(length).fill(HI), session);
    assertEquals([response.status, (await response.json()).error.code], [400, -32600]);
    assertEquals(await statusOf(post([HI], session)), 200);
  });
}

Deno.test("a session ends when nobody has used it for too long", async () => {
  const { clock, post, open } = setUp();
  const session = await open();
  clock.advance(LIMITS.sessionIdleMs);
  assertEquals(await statusOf(post(HI, session)), 200);
  clock.advance(LIMITS.sessionIdleMs + 1);
  assertEquals(await statusOf(post(HI, session)), 404);
});

for (const [what, body] of [["call", WAIT], ["batch", [WAIT]]] as const) {
  Deno.test(`a session is still there for who has just got the answer of a long ${what}`, async () => {
    const { clock, runs, post, open } = setUp();
    const session = await open("2025-03-26");
    const responding = post(body, session);
    await until(() => runs.length === 1);
    clock.advance(LIMITS.sessionIdleMs + 60_000);
    runs[0]!.end("done");
    assertEquals(await statusOf(responding), 200);
    clock.advance(1_000);
    assertEquals(await statusOf(post(HI, session)), 200);
  });
}
