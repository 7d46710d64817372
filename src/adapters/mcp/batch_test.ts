/** Batches of revision 2025-03-26. */
import { assert, assertEquals } from "@std/assert";
import { createAuditLog } from "../../audit/audit_log.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { createRuntime, type RuntimeOptions } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import { receiveBatch } from "./batch.ts";
import { Peer } from "./peer.ts";

const later = defineTool({
  name: "later",
  description: "Answers later.",
  handler: async () => (await undefined, "later"),
});

const now = defineTool({ name: "now", description: "Answers now.", handler: () => "now" });

async function send(values: readonly unknown[], more: Partial<RuntimeOptions> = {}) {
  const runtime = createRuntime({ tools: [later, now], clock: new FakeClock(), ...more });
  const peer = new Peer("stdio", {});
  const text = await receiveBatch(runtime, values, peer, { notify: () => {}, request: () => true });
  return text === undefined ? undefined : JSON.parse(text);
}

function call(id: string | number, name: string) {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name } };
}

const ping = (id: unknown) => ({ jsonrpc: "2.0", id, method: "ping" });
const NOTE = { jsonrpc: "2.0", method: "notifications/initialized" };

Deno.test("receiveBatch() answers in the order of the requests", async () => {
  const answers = await send([call(1, "later"), call(2, "now"), NOTE, ping(3)]);
  assertEquals(answers.map(({ id }: { id: unknown }) => id), [1, 2, 3]);
});

Deno.test("receiveBatch() has no answer when nothing in it wants one", async () => {
  assertEquals(await send([NOTE, { jsonrpc: "2.0", id: 1, result: {} }, NOTE]), undefined);
});

Deno.test("receiveBatch() answers what is no message by itself", async () => {
  const answers = await send([7, ping(null), { id: "x" }, ping(1)]);
  const shown = answers.map((
    { id, error }: { id?: unknown; error?: { code: number } },
  ) => [id, error?.code]);
  assertEquals(shown, [[undefined, -32600], [undefined, -32600], ["x", -32600], [1, undefined]]);
});

Deno.test("receiveBatch() refuses initialize, which stands alone", async () => {
  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-06-18" },
  };
  const [answer] = await send([initialize]);
  assertEquals([answer.id, answer.error.code], [1, -32600]);
});

Deno.test("receiveBatch() refuses requests of 2026-07-28, which has one message a request", async () => {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const call = { method: "tools/call", params: { name: "now", _meta } };
  const discover = { method: "server/discover" };
  const requests = [call, discover];
  const answers = await send(requests.map((each, id) => ({ jsonrpc: "2.0", id, ...each })));
  assertEquals(
    answers.map(({ id, error }: { id: unknown; error: { code: number } }) => [id, error.code]),
    [[0, -32600], [1, -32600]],
  );
});

Deno.test("receiveBatch() answers no initialize without an id: it is a notification", async () => {
  const params = { protocolVersion: "2025-06-18" };
  assertEquals(await send([{ jsonrpc: "2.0", method: "initialize", params }]), undefined);
});

Deno.test("receiveBatch() does not take a batch within a batch", async () => {
  const [answer] = await send([[ping(1)]]);
  assertEquals(answer.error.code, -32600);
});

Deno.test("receiveBatch() refuses the second of two open requests of one id", async () => {
  const answers = await send([call(1, "later"), call(1, "later")]);
  assertEquals([answers[0].id, answers[1].error.code, "id" in answers[1]], [1, -32600, false]);
});

for (
  const [count, taken] of [[0, false], [1, true], [-1, true], [LIMITS.rpcBatchMax, true]] as const
) {
  const messages = count < 0 ? LIMITS.rpcBatchMax - 1 : count;
  Deno.test(`receiveBatch() ${taken ? "takes" : "refuses"} ${messages} messages`, async () => {
    const answer = await send(Array.from({ length: messages }, (_, id) => ping(id)));
    if (taken) assertEquals(answer.length, messages);
    else assertEquals([answer.error.code, "id" in answer], [-32600, false]);
  });
}

Deno.test("receiveBatch() refuses one message more than its limit, as a whole", async () => {
  const answer = await send(Array.from({ length: LIMITS.rpcBatchMax + 1 }, (_, id) => ping(id)));
  assert(!Array.isArray(answer));
  assertEquals(answer.error.code, -32600);
});

Deno.test("receiveBatch() has a record of a batch of calls, which those of its calls name", async () => {
  const audit = createAuditLog({ clock: new FakeClock() });
  await send([call(1, "now"), ping(2), call(3, "nobody")], { audit });
  await send([ping(1), NOTE], { audit });
  const records = audit.recent().map((
    { seq, kind, adapter, stage, code, batch, received },
  ) => [`${seq} ${kind} ${adapter} ${stage} ${code}`, batch ?? received]);
  assertEquals(records, [
    ["1 batch stdio received pending", undefined],
    ["2 tool stdio completed ok", 1],
    ["3 tool stdio refused unknown_tool", 1],
    ["4 batch stdio completed ok", 1],
  ]);
  await audit.close();
});
