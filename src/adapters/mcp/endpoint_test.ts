/** Messages in, texts out: methods, notifications, and what a fault of the server's own becomes. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { type LogFields, type Logger, SILENT_LOG } from "../../base/log.ts";
import { Call } from "../../pipeline/call.ts";
import type { RpcMessage } from "../../protocol/jsonrpc.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { receive, takeNotification } from "./endpoint.ts";
import { type Exchange, Peer } from "./peer.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

const NO_EXCHANGE: Exchange = { notify: () => {}, request: () => true };

function setUp(log: Logger = SILENT_LOG) {
  const runtime = createRuntime({ tools: [], clock: new FakeClock(), log });
  const peer = new Peer("stdio", {});
  const ask = async (message: RpcMessage) => {
    const text = await receive(runtime, message, peer, NO_EXCHANGE);
    return text === undefined ? undefined : JSON.parse(text);
  };
  return { runtime, peer, ask };
}

Deno.test("receive() answers an unknown method in both eras with -32601 and the id", async () => {
  const { ask } = setUp();
  for (const params of [{}, { _meta: META }]) {
    const { id, error } = await ask({ id: "x", method: "unknown", params });
    assertEquals([id, error.code], ["x", -32601]);
  }
});

Deno.test("receive() answers no notification, not even one of an unknown method", async () => {
  const { ask } = setUp();
  for (const method of ["notifications/initialized", "unknown", "tools/list", "tools/call"]) {
    assertEquals(await ask({ method }), undefined);
  }
});

Deno.test("receive() answers without a promise what needs none", () => {
  const { runtime, peer } = setUp();
  const answer = receive(runtime, { id: 1, method: "ping" }, peer, NO_EXCHANGE);
  assertEquals(typeof answer, "string");
});

for (const way of ["throws", "rejects"]) {
  Deno.test(`receive() answers with an incident when the runtime ${way}, and logs the rest`, async () => {
    const errors: LogFields[] = [];
    const { runtime, peer } = setUp({
      ...SILENT_LOG,
      error: (_, fields = {}) => errors.push(fields),
    });
    const broken = {
      ...runtime,
      handle: () => {
        if (way === "rejects") return Promise.reject(new Error("/secret/path"));
        throw new Error("/secret/path");
      },
    };
    const message = { id: 1, method: "tools/call", params: { name: "t" } };
    const text = await receive(broken, message, peer, NO_EXCHANGE);
    const { id, error } = JSON.parse(text!);
    assertEquals([id, error.code, error.data.code], [1, -32603, "internal"]);
    assertEquals(text!.includes("secret"), false);
    assertEquals(errors.length, 1);
    assertEquals([errors[0]!.error, errors[0]!.incident], ["/secret/path", error.data.incident]);
  });
}

Deno.test("takeNotification() stops the call that is cancelled, and forgets it", () => {
  const peer = new Peer("stdio", {});
  const calls = [1, "1"].map((id) => new Call({ tool: "t", args: {}, adapter: "stdio", id }));
  for (const call of calls) peer.open.set(call.id, call);
  const params = { requestId: "1", reason: "changed my mind" };
  takeNotification({ method: "notifications/cancelled", params }, peer);
  assertEquals(calls.map((call) => call.stopped?.detail), [
    undefined,
    "The client cancelled the call: changed my mind",
  ]);
  assertEquals([...peer.open.keys()], [1]);
});

Deno.test("takeNotification() leaves everything alone when it names no open request", () => {
  const peer = new Peer("stdio", {});
  const call = new Call({ tool: "t", args: {}, adapter: "stdio", id: 1 });
  peer.open.set(1, call);
  const params = [{}, { requestId: null }, { requestId: 2 }, { requestId: "1" }, {
    requestId: [1],
  }];
  for (const each of params) {
    takeNotification({ method: "notifications/cancelled", params: each }, peer);
  }
  takeNotification({ method: "notifications/cancelled" }, peer);
  takeNotification({ method: "notifications/progress", params: { requestId: 1 } }, peer);
  assertEquals([call.stopped, peer.open.size], [undefined, 1]);
});

Deno.test("takeNotification() takes a reason that is no text for none", () => {
  const peer = new Peer("stdio", {});
  const call = new Call({ tool: "t", args: {}, adapter: "stdio", id: 1 });
  peer.open.set(1, call);
  const params = { requestId: 1, reason: { text: "x" } };
  takeNotification({ method: "notifications/cancelled", params }, peer);
  assert(call.stopped !== undefined);
  assertEquals(call.stopped.detail, "The client cancelled the call");
});
