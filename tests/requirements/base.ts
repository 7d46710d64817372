/** JSON-RPC as MCP narrows it: ids, malformed messages, notifications, batches. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Message, MODERN, modernCall, notification } from "../support/mcp.ts";
import type { Speaker } from "../support/speaker.ts";
import { ALL, assertError, LEGACY_ONLY, resultOf, type Row, settle } from "./row.ts";

const BATCHES = "2025-03-26" as const;

/** A whole request of the client's revision, for `raw`. */
function callOf(client: Speaker, id: unknown, name: string, args: unknown = {}) {
  const { params } = modernCall("", name, args);
  const { _meta: _, ...plain } = params;
  const method = "tools/call";
  return { jsonrpc: "2.0", id, method, params: client.isModern ? params : plain };
}

/** An answer to what could not be read as a request. */
function assertRefused(client: Speaker, answer: unknown, code: number): void {
  const { error, ...rest } = answer as Message;
  assertEquals([error?.code, "id" in rest, "result" in rest], [code, false, false]);
  if (client.http !== undefined) assertEquals(client.http.status, 400);
}

const messages: readonly Row[] = [
  {
    id: "id-comes-back",
    revisions: ALL,
    section: "basic#responses",
    async run(client) {
      for (const id of ["a", "", "1", 1, 0, -5, Number.MAX_SAFE_INTEGER, "ü\n"]) {
        const { messages } = client.open("tools/list", {}, {}, id);
        const answer = await messages.find(({ id }) => id !== undefined, "an answer");
        assertEquals([answer.id, answer.jsonrpc], [id, "2.0"]);
      }
    },
  },
  {
    id: "id-is-string-or-integer",
    revisions: ALL,
    section: "basic#requests",
    async run(client) {
      for (const id of [null, 1.5, {}, [], true]) {
        assertRefused(client, await client.raw(callOf(client, id, "test_simple_text")), -32600);
      }
    },
  },
  {
    id: "parse-error",
    revisions: ALL,
    section: "basic#error-codes",
    async run(client) {
      for (const text of ["{", "nonsense", '{"jsonrpc":"2.0",', "\u0000"]) {
        assertRefused(client, await client.raw(text), -32700);
      }
      await settle(client);
    },
  },
  {
    id: "invalid-request",
    revisions: ALL,
    section: "basic#error-codes",
    async run(client) {
      for (const value of [7, "text", null, true, {}, { jsonrpc: "1.0", method: "ping" }]) {
        assertRefused(client, await client.raw(JSON.stringify(value)), -32600);
      }
      for (const wrong of [{ method: 7 }, { params: [] }, { params: 7 }, { jsonrpc: "1.0" }]) {
        const request = { ...callOf(client, "mine", "test_simple_text"), ...wrong };
        const { id, error } = await client.raw(request) as Message;
        assertEquals([id, error?.code], ["mine", -32600], JSON.stringify(wrong));
      }
    },
  },
  {
    id: "unknown-method",
    revisions: ALL,
    section: "basic#error-codes",
    async run(client) {
      for (const method of ["nobody/knows", "tools/delete", "constructor", "__proto__", ""]) {
        assertError(client, await client.request(method), -32601, client.isModern ? 404 : 200);
      }
    },
  },
  {
    id: "notifications-have-no-answer",
    revisions: ALL,
    section: "basic#notifications",
    async run(client) {
      await client.silent(notification("notifications/nobody/knows"));
      await client.silent(notification("notifications/cancelled", { requestId: "never there" }));
      await client.silent(notification("notifications/cancelled"));
      await client.silent(notification("tools/call", { name: "test_simple_text" }));
      await client.silent(notification("notifications/progress", { progressToken: 1 }));
    },
  },
  {
    id: "answers-to-nothing-are-left-alone",
    revisions: LEGACY_ONLY,
    section: "basic#responses",
    async run(client) {
      await client.silent({ jsonrpc: "2.0", id: 77, result: {} });
      await client.silent({ jsonrpc: "2.0", id: "x", error: { code: 1, message: "no" } });
    },
  },
  {
    id: "meta-of-others-is-left-alone",
    revisions: ALL,
    section: "basic#meta",
    async run(client) {
      const meta = {
        "example.com/anything": { deep: [1] },
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "a=b",
        baggage: "c=d",
      };
      const params = { name: "test_simple_text" };
      const result = resultOf(await client.request("tools/call", params, meta));
      assertMatch(result.content[0].text, /simple text/);
    },
  },
];

const concurrency: readonly Row[] = [
  {
    id: "calls-run-beside-each-other",
    revisions: ALL,
    section: "basic#requests",
    async run(client) {
      const gate = client.gate(`beside ${client.revision}`);
      const slow = client.open("tools/call", { name: "gate", arguments: gate.arguments });
      await gate.reached();
      const { content } = resultOf(
        await client.request("tools/call", { name: "test_simple_text" }),
      );
      assertMatch(content[0].text, /simple text/);
      await gate.open();
      assertEquals(resultOf(await slow.answer()).content[0].text, "open");
    },
  },
  {
    id: "id-that-is-in-use",
    revisions: LEGACY_ONLY,
    section: "basic#requests",
    async run(client) {
      const gate = client.gate(`in use ${client.revision}`);
      const params = { name: "gate", arguments: gate.arguments };
      const open = client.open("tools/call", params, {}, "in use");
      await gate.reached();
      // With the id, the refusal would be taken for the answer of the open call.
      const refusal = await client.raw(callOf(client, "in use", "test_simple_text")) as Message;
      assertEquals([refusal.error?.code, "id" in refusal], [-32600, false]);
      await gate.open();
      const isMine = ({ id }: Message) => id === "in use";
      const answer = await open.messages.find(isMine, "the answer of the open call");
      assertEquals(resultOf(answer).content[0].text, "open");
    },
  },
];

const batches: readonly Row[] = [
  {
    id: "batch-is-answered-by-a-batch",
    revisions: [BATCHES],
    section: "basic#batching",
    async run(client) {
      const answers = await client.raw([
        callOf(client, 1, "add", { a: 1, b: 2 }),
        notification("notifications/nobody/knows"),
        { jsonrpc: "2.0", id: 77, result: {} },
        callOf(client, "two", "nobody"),
        { jsonrpc: "2.0", id: "bad" },
        { jsonrpc: "2.0", id: 3, method: "ping" },
        7,
      ]) as Message[];
      assert(Array.isArray(answers));
      const byId = new Map(answers.map((answer) => [answer.id, answer]));
      assertEquals([answers.length, byId.size], [5, 5]);
      assertEquals(byId.get(1)?.result.content[0].text, "3");
      assertEquals(byId.get("two")?.error?.code, -32602);
      assertEquals(byId.get("bad")?.error?.code, -32600);
      assertEquals(byId.get(3)?.result, {});
      assertEquals(byId.get(undefined)?.error?.code, -32600);
    },
  },
  {
    id: "batch-of-notifications-has-no-answer",
    revisions: [BATCHES],
    section: "basic#batching",
    async run(client) {
      await client.silent([notification("notifications/a"), notification("notifications/b")]);
      await client.silent([{ jsonrpc: "2.0", id: 77, result: {} }]);
    },
  },
  {
    id: "batch-that-is-empty-or-too-long",
    revisions: [BATCHES],
    section: "basic#batching",
    async run(client) {
      assertEquals((await client.raw([]) as Message).error?.code, -32600);
      const long = Array.from({ length: 101 }, (_, id) => callOf(client, id, "test_simple_text"));
      assertEquals((await client.raw(long) as Message).error?.code, -32600);
      assertEquals((await client.raw(long.slice(1)) as Message[]).length, 100);
    },
  },
  {
    id: "batch-holds-no-initialize",
    revisions: [BATCHES],
    section: "basic/lifecycle#initialization",
    async run(client) {
      const params = { protocolVersion: BATCHES, capabilities: {}, clientInfo: {} };
      const initialize = { jsonrpc: "2.0", id: 1, method: "initialize", params };
      const [answer] = await client.raw([initialize]) as Message[];
      assertEquals([answer?.id, answer?.error?.code], [1, -32600]);
    },
  },
  {
    id: "no-batches",
    revisions: ALL.filter((each) => each !== BATCHES),
    section: "changelog",
    async run(client) {
      const batch = [callOf(client, 1, "test_simple_text"), callOf(client, 2, "test_simple_text")];
      for (const value of [batch, batch.slice(1), []]) {
        assertRefused(client, await client.raw(value), -32600);
      }
      await settle(client);
    },
  },
];

/** One message a request is the rule of 2026-07-28, whoever else sends batches. */
const mixed: readonly Row[] = [
  {
    id: "batch-of-modern-messages",
    revisions: [BATCHES],
    section: "basic/versioning",
    async run(client) {
      const answers = await client.raw([
        modernCall(1, "add", { a: 1, b: 2 }),
        callOf(client, 2, "add", { a: 1, b: 3 }),
      ]) as Message[];
      const byId = new Map(answers.map((answer) => [answer.id, answer]));
      assertEquals(byId.get(2)?.result.content[0].text, "4");
      const { error } = byId.get(1)!;
      assertEquals(error?.code, -32600, `a batch of ${MODERN} messages is none`);
    },
  },
];

export const base: readonly Row[] = [...messages, ...concurrency, ...batches, ...mixed];
