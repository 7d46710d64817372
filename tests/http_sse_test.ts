/** The HTTP+SSE transport of revision 2024-11-05, behind --legacy-sse. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import {
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { EVERYTHING } from "./support/feature_scenarios.ts";
import { initialize, legacyCall } from "./support/mcp.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

const ARGS = ["--legacy-sse", "--tools", EVERYTHING];

async function connect(server: ServerProcess): Promise<Client> {
  const client = new Client({ name: "old", version: "1" }, { capabilities: { elicitation: {} } });
  const transport = new SSEClientTransport(new URL(`${server.url}/sse`));
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
}

/** A stream that was opened by hand, and the address that it named. */
async function open(server: ServerProcess) {
  const stop = new AbortController();
  const response = await fetch(`${server.url}/sse`, { signal: stop.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async (pattern: RegExp) => {
    while (!pattern.test(text)) {
      const { value, done } = await reader.read();
      assert(!done, text);
      text += value;
    }
    return pattern.exec(text)!;
  };
  const [, address] = await read(/^event: endpoint\ndata: (.*)\n\n/);
  const post = (body: unknown, type = "application/json") =>
    server.request(address!, {
      method: "POST",
      headers: { "content-type": type },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const leave = () => {
    reader.closed.catch(() => {});
    stop.abort();
  };
  return { response, read, post, leave };
}

Deno.test("an official client of the old transport calls, is asked, is told, and cancels", async (t) => {
  await using server = await startServer({ args: ARGS, fixtures: ["slow"] });
  const client = await connect(server);
  const told: string[] = [];
  client.setRequestHandler(
    ElicitRequestSchema,
    () => ({ action: "accept", content: { username: "ada", email: "ada@example.com" } }),
  );
  client.setNotificationHandler(
    ToolListChangedNotificationSchema,
    (event: { method: string }) => void told.push(event.method),
  );
  const step = (name: string, fn: () => Promise<void>) =>
    t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });
  await step("lists and calls tools", async () => {
    const { tools } = await client.listTools();
    assert(tools.some((tool: { name: string }) => tool.name === "echo"));
    const answer = await client.callTool({ name: "echo", arguments: { msg: "hi" } });
    assertEquals(answer.content, [{ type: "text", text: "hi" }]);
  });
  await step("gets progress", async () => {
    const seen: number[] = [];
    const options = {
      onprogress: ({ progress }: { progress: number }) => void seen.push(progress),
    };
    await client.callTool({ name: "test_tool_with_progress" }, undefined, options);
    assertEquals(seen, [0, 50, 100]);
  });
  await step("answers a question", async () => {
    const answer = await client.callTool({
      name: "test_elicitation",
      arguments: { message: "Who?" },
    });
    assertMatch(JSON.stringify(answer.content), /ada@example.com/);
  });
  await step("is told of changes", async () => {
    await client.callTool({ name: "test_trigger_tool_change" });
    await until(() => Promise.resolve(told.length === 1), "the notification");
  });
  await step("cancels a call", async () => {
    const stop = new AbortController();
    const gate = server.gate("cancelled");
    const calling = client.callTool(
      { name: "gate", arguments: gate.arguments },
      undefined,
      { signal: stop.signal },
    );
    await gate.reached();
    stop.abort();
    await assertRejects(() => calling);
    await gate.aborted();
  });
  await client.close();
});

Deno.test("the old transport answers on its stream, and 202 to what is posted", async () => {
  await using server = await startServer({ args: ["--legacy-sse"], fixtures: ["slow"] });
  const { response, read, post, leave } = await open(server);
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const { status, text } = await post(initialize("init", "2024-11-05"));
  assertEquals([status, text], [202, ""]);
  await read(/"protocolVersion":"2024-11-05"/);
  assertEquals((await post({ jsonrpc: "2.0", method: "notifications/initialized" })).status, 202);
  assertEquals((await post(legacyCall(7, "echo", { msg: "hi" }))).status, 202);
  await read(/event: message\ndata: {"jsonrpc":"2.0","id":7,"result":.*\n\n/);
  const gate = server.gate();
  await post(legacyCall(8, "gate", gate.arguments));
  await gate.reached();
  leave();
  await gate.aborted();
  await until(async () => (await post(initialize(9))).status === 404, "the end of the session");
});

Deno.test("the old transport refuses what is no message, and who has no stream", async () => {
  await using server = await startServer({ args: ["--legacy-sse"] });
  const { post, leave } = await open(server);
  for (const body of ["{", "[]", '"x"', '{"jsonrpc":"2.0","id":null,"method":"ping"}']) {
    const { status, json } = await post(body);
    assertEquals([status, json.jsonrpc], [400, "2.0"], body);
  }
  assertEquals((await post(initialize(1), "text/plain")).status, 415);
  for (const path of ["/messages", "/messages?sessionId=x", "/messages?sessionId="]) {
    const { status, json } = await server.post(path, initialize(1));
    assertEquals([status, json.error.code], [404, -32600]);
  }
  const [sse, messages] = [
    await server.request("/sse", { method: "POST", body: "{}" }),
    await server.request("/messages"),
  ];
  assertEquals([sse.status, sse.headers.get("allow")], [405, "GET"]);
  assertEquals([messages.status, messages.headers.get("allow")], [405, "POST"]);
  leave();
});

Deno.test("the old transport guards Host and Origin like everything else", async () => {
  await using server = await startServer({ args: ["--legacy-sse"] });
  const { status } = await server.request("/sse", { headers: { origin: "https://evil.example" } });
  assertEquals(status, 403);
});

Deno.test("the old transport is not there unless it is asked for", async () => {
  await using server = await startServer();
  assertEquals((await server.request("/sse")).status, 404);
  assertEquals((await server.post("/messages", initialize(1))).status, 404);
});

Deno.test("the server ends the streams of the old transport when it stops", async () => {
  await using server = await startServer({ args: ["--legacy-sse"] });
  const { response, read } = await open(server);
  assertEquals(response.status, 200);
  server.signal("SIGTERM");
  await assertRejects(() => read(/never/), Error, "endpoint");
  assertEquals((await server.exit()).code, 0);
});
