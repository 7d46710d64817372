/** Lists of tools from servers of either era, by answers and by events, and from those that misbehave. */
import { assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { startServer } from "./command_connection.ts";
import { connectServer } from "./http_connection.ts";
import { listTools } from "./list_tools.ts";

const CLIENT = { name: "test", version: "1" };

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

/** Asks a server that answers as told. */
async function ask(answer: Answer, timeoutMs = 60_000): Promise<unknown[]> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      return answer(await request.json(), request);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/mcp`;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    await using connection = connectServer({ url }, controller.signal);
    return await listTools(connection, "it", CLIENT);
  } finally {
    clearTimeout(timer);
  }
}

Deno.test("all pages of a server with sessions are listed, in the session", async () => {
  const seen: (string | null)[] = [];
  const tools = await ask((message, request) => {
    seen.push(request.headers.get("mcp-session-id"));
    if (message.method === "initialize") {
      const headers = { "mcp-session-id": "s1" };
      return Response.json(result(message, { protocolVersion: "2025-11-25" }), { headers });
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
  assertEquals(tools, [{ name: "a" }, { name: "b" }]);
  assertEquals(seen, [null, "s1", "s1", "s1"]);
});

Deno.test("an answer among events is found, and the end of the stream not waited for", async () => {
  const tools = await ask((message) => {
    if (message.id === undefined) return accepted();
    const text = `: hello\r\n\r\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n` +
      `event: message\ndata: ${JSON.stringify(result(message, { tools: [] }))}\n\n`;
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
    if (message.method === "initialize") {
      const error = { code: -32601, message: "Method not found" };
      return Response.json({ jsonrpc: "2.0", id: message.id, error }, { status: 404 });
    }
    headers.push(request.headers.get("mcp-method"), request.headers.get("mcp-protocol-version"));
    const meta = message.params._meta as Record<string, unknown>;
    return Response.json(result(message, {
      tools: [{ name: String(meta["io.modelcontextprotocol/protocolVersion"]) }],
    }));
  });
  assertEquals(tools, [{ name: "2026-07-28" }]);
  assertEquals(headers, ["tools/list", "2026-07-28"]);
});

const REFUSALS: readonly (readonly [string, Answer, string])[] = [
  ["no key", () => new Response(null, { status: 401 }), "status 401: not allowed"],
  ["another service", () => new Response("<html>", { status: 200 }), "status 200 and no message"],
  ["a redirect", () => Response.redirect("http://127.0.0.1:9/"), "Cannot reach"],
  [
    "no list",
    (m) => m.id === undefined ? accepted() : Response.json(result(m, {})),
    "no list of tools",
  ],
];

for (const [what, answer, message] of REFUSALS) {
  Deno.test(`${what} is told`, async () => {
    const error = await assertRejects(() => ask(answer), GomcpError, message);
    assertEquals(error.code, "upstream_failed");
  });
}

Deno.test("a program that prints other lines, asks and answers late is listed all the same", async () => {
  const script = `
    console.log("starting up");
    let rest = "";
    for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split("\\n"); rest = lines.pop();
      for (const line of lines) {
        const m = JSON.parse(line);
        if (m.method === "initialize") console.log(JSON.stringify({ jsonrpc: "2.0", id: m.id, result: {} }));
        if (m.method === "tools/list") {
          console.log(JSON.stringify({ jsonrpc: "2.0", id: 99, method: "roots/list" }));
        }
        if (m.id === 99) console.log(JSON.stringify({ jsonrpc: "2.0", id: 2, result: { tools: [1] } }));
      }
    }`;
  assertEquals(await run(script), [1]);
});

Deno.test("a program that ends, or does not answer, is told with what it said last", async () => {
  await assertRejects(
    () => run(`console.error("no database"); Deno.exit(3);`),
    GomcpError,
    "it ended with status 3: no database",
  );
  const hung = `setInterval(() => {}, 1000);`;
  await assertRejects(() => run(hung, 1_000), GomcpError, "it did not answer in time");
});

async function run(script: string, timeoutMs = 60_000): Promise<unknown[]> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const command = { command: Deno.execPath(), args: ["eval", script], env: { NO_COLOR: "1" } };
    await using connection = startServer(command, controller.signal);
    return await listTools(connection, "it", CLIENT);
  } finally {
    clearTimeout(timer);
  }
}
