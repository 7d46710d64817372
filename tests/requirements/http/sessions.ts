/** Sessions of the handshake era, their streams, and that the modern era has none. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { feedMessages } from "../../support/event_feed.ts";
import { Feed } from "../../support/feed.ts";
import { initialize, legacy, type Message } from "../../support/mcp.ts";
import { postMcp } from "../../support/mcp_http.ts";
import { ASKABLE, LEGACY_ONLY, legacySince, MODERN_ONLY } from "../row.ts";
import type { HttpClient, HttpRow } from "./row.ts";

/** A GET or POST whose stream is read as it comes. */
async function stream(
  client: HttpClient,
  init: RequestInit,
): Promise<{ readonly messages: Feed<Message>; readonly status: number } & AsyncDisposable> {
  const controller = new AbortController();
  const { signal } = controller;
  const response = await fetch(`${client.server.url}/mcp`, { ...init, signal });
  const messages = new Feed<Message>();
  const end = feedMessages(response, messages).catch(() => {}).finally(() => messages.end());
  return {
    messages,
    status: response.status,
    async [Symbol.asyncDispose]() {
      controller.abort();
      await end;
    },
  };
}

function listen(client: HttpClient) {
  return stream(client, {
    method: "GET",
    headers: { ...client.headers(), accept: "text/event-stream" },
  });
}

const ids: readonly HttpRow[] = [
  {
    id: "session-id",
    revisions: LEGACY_ONLY,
    section: "basic/transports#session-management",
    async run(client) {
      const replies = [await client.hello(), await client.hello(), await client.hello()];
      const ids = replies.map(({ headers }) => headers.get("mcp-session-id") ?? "");
      for (const id of ids) assertMatch(id, /^[\x21-\x7e]{20,}$/);
      assertEquals(new Set(ids).size, 3);
    },
  },
  {
    id: "session-is-needed",
    revisions: LEGACY_ONLY,
    section: "basic/transports#session-management",
    async run(client) {
      const without = { "mcp-session-id": undefined };
      assertEquals((await client.post(client.call(), without)).status, 400);
      const note = { jsonrpc: "2.0", method: "notifications/initialized" };
      assertEquals((await client.post(note, without)).status, 400);
    },
  },
  {
    id: "session-that-never-was",
    revisions: LEGACY_ONLY,
    section: "basic/transports#session-management",
    async run(client) {
      for (const id of [crypto.randomUUID(), "x", ""]) {
        const { status } = await client.post(client.call(), { "mcp-session-id": id });
        assertEquals(status, 404, id);
      }
      const unknown = { "mcp-session-id": crypto.randomUUID(), accept: "text/event-stream" };
      assertEquals((await client.bare("GET", unknown)).status, 404);
      assertEquals((await client.bare("DELETE", unknown)).status, 404);
    },
  },
  {
    id: "session-that-was-deleted",
    revisions: LEGACY_ONLY,
    section: "basic/transports#session-management",
    async run(client) {
      const other = await client.another();
      assert((await other.bare("DELETE")).status < 300);
      assertEquals((await other.post()).status, 404);
      assertEquals((await other.bare("DELETE")).status, 404);
      assertEquals((await other.bare("GET", { accept: "text/event-stream" })).status, 404);
      assertEquals((await client.post()).status, 200);
    },
  },
  {
    id: "session-that-is-deleted-ends-its-calls-and-its-stream",
    revisions: LEGACY_ONLY,
    section: "basic/transports#session-management",
    async run(client) {
      const other = await client.another();
      await using told = await listen(other);
      const gate = client.server.gate(`deleted ${client.revision}`);
      const answer = other.post(other.call("gate", gate.arguments));
      await gate.reached();
      assert((await other.bare("DELETE")).status < 300);
      await gate.aborted();
      await answer;
      await told.messages.ended();
    },
  },
  {
    id: "failed-initialize-opens-no-session",
    revisions: LEGACY_ONLY,
    section: "basic/lifecycle#error-handling",
    async run(client) {
      const reply = await postMcp(client.server, legacy(1, "initialize", {}));
      assertEquals([reply.json.error.code, reply.headers.has("mcp-session-id")], [-32602, false]);
    },
  },
  {
    id: "sessions-know-nothing-of-each-other",
    revisions: LEGACY_ONLY,
    section: "basic/transports#session-management",
    async run(client) {
      const other = await client.another();
      assertNotEquals(other.session, client.session);
      await other.post(legacy(1, "logging/setLevel", { level: "debug" }));
      const loud = client.call("loud");
      const { headers } = await client.post(loud);
      assertEquals(headers.get("content-type"), "application/json", "it has asked for no log");
      const heard = await other.post(loud);
      assertEquals(heard.headers.get("content-type"), "text/event-stream");
    },
  },
  {
    id: "version-header-that-is-not-served",
    revisions: LEGACY_ONLY,
    section: "basic/transports#protocol-version-header",
    async run(client) {
      for (const version of ["1999-01-01", "2099-01-01", "x", ""]) {
        const reply = await client.post(client.call(), { "mcp-protocol-version": version });
        assertEquals(reply.status, 400, version);
      }
    },
  },
  {
    id: "version-header-may-be-missing",
    revisions: LEGACY_ONLY,
    section: "basic/transports#protocol-version-header",
    async run(client) {
      const { status } = await client.post(client.call(), { "mcp-protocol-version": undefined });
      assertEquals(status, 200);
    },
  },
  {
    id: "no-sessions",
    revisions: MODERN_ONLY,
    section: "basic/transports",
    async run(client) {
      for (const id of [crypto.randomUUID(), "", "x"]) {
        const reply = await client.post(client.call(), { "mcp-session-id": id });
        assertEquals([reply.status, reply.headers.has("mcp-session-id")], [200, false]);
      }
    },
  },
];

const streams: readonly HttpRow[] = [
  {
    id: "stream-of-a-session",
    revisions: legacySince("2025-03-26"),
    section: "basic/transports#listening-for-messages-from-the-server",
    async run(client) {
      const other = await client.another();
      await using told = await listen(other);
      assertEquals(told.status, 200);
      await client.post(client.call("touch", { list: "tools" }));
      const { method } = await told.messages.next();
      assertEquals(method, "notifications/tools/list_changed");
    },
  },
  {
    id: "stream-without-a-session",
    revisions: LEGACY_ONLY,
    section: "basic/transports#listening-for-messages-from-the-server",
    async run(client) {
      const headers = { "mcp-session-id": undefined, accept: "text/event-stream" };
      const { status } = await client.bare("GET", headers);
      assert(status === 400 || status === 405, `${status}`);
    },
  },
  {
    id: "messages-go-to-one-stream-only",
    revisions: legacySince("2025-03-26"),
    section: "basic/transports#multiple-connections",
    async run(client) {
      const { revision, server } = client;
      const asked = await client.another();
      const reply = await postMcp(server, initialize("hello", revision, ASKABLE));
      asked.session = reply.headers.get("mcp-session-id")!;
      await using told = await listen(asked);
      const body = JSON.stringify(asked.call("test_sampling", { prompt: "x" }));
      await using call = await stream(asked, { method: "POST", body, headers: asked.headers() });
      const isQuestion = ({ method }: Message) => method === "sampling/createMessage";
      const { id } = await call.messages.find(isQuestion, "the question");
      const content = { type: "text", text: "Paris" };
      const result = { role: "assistant", content, model: "m" };
      assertEquals((await asked.post({ jsonrpc: "2.0", id, result })).status, 202);
      await call.messages.find(({ id }) => id === "call", "the answer");
      await call.messages.ended();
      // What comes next on the other stream is this, and nothing before it.
      await client.post(client.call("touch", { list: "tools" }));
      const { method } = await told.messages.next();
      assertEquals(method, "notifications/tools/list_changed");
    },
  },
  {
    id: "leaving-is-no-cancellation",
    revisions: LEGACY_ONLY,
    section: "basic/transports#sending-messages-to-the-server",
    async run(client) {
      const gate = client.server.gate(`left ${client.revision}`);
      await leave(client, gate);
      const again = client.server.gate(`noticed ${client.revision}`);
      const other = await client.another(); // the id of the call that was left is still in use
      const answer = other.post(other.call("gate", again.arguments));
      await again.reached();
      await again.open();
      await answer;
      assertEquals(await gate.isAborted(), false);
      await gate.open();
    },
  },
  {
    id: "leaving-is-the-cancellation",
    revisions: MODERN_ONLY,
    section: "basic/transports#cancellation",
    async run(client) {
      const gate = client.server.gate("left");
      await leave(client, gate);
      await gate.aborted();
    },
  },
];

/** Calls a tool and closes the connection once it has begun. */
async function leave(client: HttpClient, gate: ReturnType<HttpClient["server"]["gate"]>) {
  const controller = new AbortController();
  const call = client.call("gate", gate.arguments);
  const sent = fetch(`${client.server.url}/mcp`, {
    method: "POST",
    body: JSON.stringify(call),
    headers: client.headers(call),
    signal: controller.signal,
  }).catch(() => {});
  await gate.reached();
  controller.abort();
  await sent;
}

export const sessions: readonly HttpRow[] = [...ids, ...streams];
