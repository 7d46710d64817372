/** A call through all layers, object to object, and the same from JSON text to JSON text. */
import { receive } from "../src/adapters/mcp/endpoint.ts";
import { Peer } from "../src/adapters/mcp/peer.ts";
import { readEnvelope, type RpcMessage } from "../src/protocol/jsonrpc.ts";
import { benchRuntime, callText, consume, MESSAGE } from "./support.ts";

const runtime = benchRuntime();
const args = { msg: MESSAGE };
const exchange = { notify: () => {}, request: () => true };
const peer = new Peer("stdio", {});

Deno.bench("a call, synchronous tool", { group: "call", baseline: true }, () => {
  consume(runtime.callTool("echo", args));
});

Deno.bench("a call, asynchronous tool", { group: "call" }, async () => {
  consume(await runtime.callTool("echo_async", args));
});

Deno.bench("a call with arguments that are refused", { group: "call" }, () => {
  consume(runtime.callTool("echo", { msg: 1 }));
});

function answer(text: string): unknown {
  const envelope = readEnvelope(JSON.parse(text));
  return receive(runtime, (envelope as { message: RpcMessage }).message, peer, exchange);
}

const legacy = callText("echo", false);
const modern = callText("echo", true);
const legacyAsync = callText("echo_async", false);

Deno.bench("tools/call text to text, legacy", { group: "text", baseline: true }, () => {
  consume(answer(legacy));
});

Deno.bench("tools/call text to text, modern", { group: "text" }, () => {
  consume(answer(modern));
});

Deno.bench("tools/call text to text, asynchronous tool", { group: "text" }, async () => {
  consume(await answer(legacyAsync));
});

Deno.bench("JSON.parse of the message alone", { group: "text" }, () => {
  consume(JSON.parse(modern));
});
