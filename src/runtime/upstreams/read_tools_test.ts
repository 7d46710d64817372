/** Tools of servers of either era, by answers and by events, and of servers that misbehave. */
import { guardEnded } from "../../supervisor/hosts/group_guard.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../base/clock.ts";
import { GomcpError } from "../../base/errors.ts";
import { SILENT_LOG } from "../../base/log.ts";
import { upstreamConfig } from "../../config/upstream_config.ts";
import type { UpstreamSettings } from "../../upstreams/settings.ts";
import { readTools } from "./read_tools.ts";

const OPTIONS = { info: { name: "test", version: "1" }, clock: systemClock, log: SILENT_LOG };

type Message = {
  readonly id?: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
};
type Answer = (message: Message, request: Request) => Response;

const result = (message: Message, value: unknown) => ({
  jsonrpc: "2.0",
  id: message.id,
  result: value,
});
const accepted = () => new Response(null, { status: 202 });
const refused = (message: Message, status = 200) => {
  const error = { code: -32601, message: "Method not found" };
  return Response.json({ jsonrpc: "2.0", id: message.id, error }, { status });
};
const HELLO = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {} },
  serverInfo: { name: "it", version: "1" },
};

/** Asks a server that answers as told. */
async function ask(
  answer: Answer,
  more: Partial<UpstreamSettings> = {},
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      return answer(await request.json(), request);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/mcp`;
  const tools = await readTools({ ...upstreamConfig({ name: "it", url }), ...more }, OPTIONS);
  return tools.map(({ definition, servedAs }) => ({ ...definition, servedAs }));
}

Deno.test("all pages of a server with sessions are listed, in the session", async () => {
  const seen: [string, string | null][] = [];
  const tools = await ask((message, request) => {
    if (message.method === "server/discover") return refused(message);
    seen.push([message.method, request.headers.get("mcp-session-id")]);
    if (message.method === "initialize") {
      return Response.json(result(message, HELLO), { headers: { "mcp-session-id": "s1" } });
    }
    if (message.id === undefined) return accepted();
    const { cursor } = message.params;
    return Response.json(
      result(
        message,
        cursor === undefined
          ? { tools: [{ name: "a" }], nextCursor: "b" }
          : { tools: [{ name: "b" }] },
      ),
    );
  });
  assertEquals(tools.map(({ servedAs }) => servedAs), ["it__a", "it__b"]);
  assertEquals(seen, [
    ["initialize", null],
    ["notifications/initialized", "s1"],
    ["tools/list", "s1"],
    ["tools/list", "s1"],
  ]);
});

Deno.test("an answer among events is found, and the end of the stream not waited for", async () => {
  const tools = await ask((message) => {
    if (message.method === "server/discover") return refused(message);
    if (message.id === undefined) return accepted();
    const value = message.method === "initialize" ? HELLO : { tools: [] };
    const text = `: hello\r\n\r\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n` +
      `event: message\ndata: ${JSON.stringify(result(message, value))}\n\n`;
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode(text)),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  assertEquals(tools, []);
});

Deno.test("a server without a handshake is asked as 2026-07-28 has it", async () => {
  const headers: (string | null)[] = [];
  const tools = await ask((message, request) => {
    if (message.method === "initialize") return refused(message, 404);
    if (message.method === "server/discover") {
      const found = { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
      return Response.json(result(message, { ...found, resultType: "complete" }));
    }
    headers.push(request.headers.get("mcp-method"), request.headers.get("mcp-protocol-version"));
    return Response.json(result(message, { tools: [{ name: "a" }] }));
  }, { prefix: "" });
  assertEquals(tools, [{ name: "a", servedAs: "a" }]);
  assertEquals(headers, ["tools/list", "2026-07-28"]);
});

Deno.test("tools come as the operator serves them: hidden ones do not, others in new words", async () => {
  const schema = { type: "object", properties: { a: {}, b: {} }, required: ["a", "b"] };
  const settings = {
    hide: ["secret_*"],
    tools: { old: { name: "new", description: "Ours.", arguments: { a: 1 } } },
  };
  const tools = await ask((message) => {
    if (message.method === "server/discover") return refused(message);
    if (message.id === undefined) return accepted();
    const names = ["old", "secret_one", "other"];
    const list = { tools: names.map((name) => ({ name, inputSchema: schema })) };
    return Response.json(result(message, message.method === "initialize" ? HELLO : list));
  }, settings);
  const changed = { ...schema, properties: { a: { default: 1 }, b: {} }, required: ["b"] };
  assertEquals(tools, [
    { name: "old", description: "Ours.", inputSchema: changed, servedAs: "new" },
    { name: "other", inputSchema: schema, servedAs: "it__other" },
  ]);
});

const REFUSALS: readonly (readonly [string, Answer, string])[] = [
  ["no key", () => new Response(null, { status: 401 }), "Cannot list the tools of it: it answers"],
  [
    "another service",
    () => new Response("<html>", { status: 200 }),
    "it answers what is no answer",
  ],
  ["a redirect", () => Response.redirect("http://127.0.0.1:9/"), "which is not followed"],
  [
    "no list",
    (message) => {
      if (message.method === "server/discover") return refused(message);
      if (message.id === undefined) return accepted();
      return Response.json(result(message, message.method === "initialize" ? HELLO : {}));
    },
    "its tools/list gives no list of objects",
  ],
];

for (const [what, answer, message] of REFUSALS) {
  Deno.test(`${what} is told`, async () => {
    const error = await assertRejects(() => ask(answer), GomcpError, message);
    assertEquals(error.code, "upstream_failed");
  });
}

const run = (script: string, connectMs = 60_000) => {
  const command = [Deno.execPath(), "eval", script];
  const settings = upstreamConfig({ name: "it", command, env: { NO_COLOR: "1" }, prefix: "" });
  return readTools({ ...settings, connectMs }, OPTIONS);
};

Deno.test("a program that prints other lines, asks and answers late is listed all the same", async () => {
  const script = `
    console.log("starting up");
    let rest = "", list;
    const say = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }));
    for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split("\\n"); rest = lines.pop();
      for (const line of lines) {
        const { id, method } = JSON.parse(line);
        if (method === "server/discover") say({ id, error: { code: -32601, message: "no" } });
        if (method === "initialize") say({ id, result: ${JSON.stringify(HELLO)} });
        if (method === "tools/list") {
          list = id;
          say({ id: 99, method: "roots/list" });
        }
        if (id === 99) say({ id: list, result: { tools: [{ name: "a" }] } });
      }
    }`;
  assertEquals((await run(script)).map(({ servedAs }) => servedAs), ["a"]);
  await guardEnded();
});

Deno.test("a program that ends, or does not answer, is told with what it said last", async () => {
  await assertRejects(
    () => run(`console.error("no database"); Deno.exit(3);`),
    GomcpError,
    "its last words: no database",
  );
  const hung = `setInterval(() => {}, 1000);`;
  await assertRejects(() => run(hung, 1_000), GomcpError, "it did not answer in time");
  await guardEnded();
});
