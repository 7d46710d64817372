/** States of modern calls are their caller's: nobody else can go on with them. */
import { assertEquals } from "@std/assert";
import { createRuntime, defineTool } from "../../../mod.ts";
import { CAPABILITIES_KEY, type Message, modernCall } from "../../../tests/support/mcp.ts";
import type { RpcMessage } from "../../protocol/jsonrpc.ts";
import { receive } from "./endpoint.ts";
import { Peer } from "./peer.ts";

const ask = defineTool({
  name: "ask",
  description: "Asks.",
  handler: async (_, ctx) => {
    const schema = { type: "object", properties: { ok: { type: "boolean" } } } as const;
    return (await ctx.elicit({ message: "Go on?", schema })).action;
  },
});

Deno.test("a requestState is refused to another user of the same tenant", async () => {
  const runtime = createRuntime({ tools: [ask] });
  const names = { text: "", allows: () => true, allowsResource: () => true };
  const send = async (credential: string, params: Record<string, unknown> = {}) => {
    const access = { tenant: "a", credential, problem: undefined, names };
    const capabilities = { [CAPABILITIES_KEY]: { elicitation: { form: {} } } };
    const message = modernCall(1, "ask", {}, capabilities);
    Object.assign(message.params, params);
    const exchange = { notify: () => {}, request: () => true };
    const peer = new Peer("http", { access });
    return JSON.parse(
      await receive(runtime, message as RpcMessage, peer, exchange) ?? "",
    ) as Message;
  };
  const { result } = await send("oauth:alice");
  assertEquals(result.resultType, "input_required");
  const { requestState, inputRequests } = result;
  const [key] = Object.keys(inputRequests);
  const retry = { requestState, inputResponses: { [key!]: { action: "decline" } } };
  for (const other of ["oauth:bob", "alice"]) {
    assertEquals((await send(other, retry)).error?.code, -32602);
  }
  assertEquals((await send("oauth:alice", retry)).result.content[0].text, "decline");
  await runtime.shutdown();
});
