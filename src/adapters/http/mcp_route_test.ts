/** /mcp in the modern era, and what is refused before either era is asked. */
import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { createRuntime, type RuntimeOptions } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import type { HandlerContext } from "../../authoring/context.ts";
import { Incoming } from "./incoming.ts";
import { BodyReader } from "./body_reader.ts";
import { McpRoute } from "./mcp_route.ts";

const VERSION = "2026-07-28";
const META = {
  "io.modelcontextprotocol/protocolVersion": VERSION,
  "io.modelcontextprotocol/clientCapabilities": {},
};
const BASE = { "content-type": "application/json", accept: "application/json, text/event-stream" };

const add = defineTool({
  name: "add",
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number() }),
  handler: ({ a, b }) => `${a + b}`,
});

function waiting() {
  const runs: { readonly context: HandlerContext; readonly end: (text: string) => void }[] = [];
  const tool = defineTool({
    name: "wait",
    description: "Waits.",
    handler: (_, context) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      runs.push({ context, end: resolve });
      return promise;
    },
  });
  return { tool, runs };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await undefined;
}

/** Waits for what only needs promises to be kept. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !done(); turn++) await undefined;
  assert(done());
}

function setUp(options: Partial<RuntimeOptions> = {}) {
  const clock = new FakeClock();
  const { tool, runs } = waiting();
  const runtime = createRuntime({ tools: [add, tool], clock, ...options });
  const route = new McpRoute(runtime, new BodyReader(runtime.clock));
  const client = new AbortController();
  const post = async (body: unknown, headers: Record<string, string> = BASE) =>
    await route.handle(
      new Incoming(
        new Request("http://localhost/mcp", {
          method: "POST",
          headers,
          body: typeof body === "string" ? body : JSON.stringify(body),
          signal: client.signal,
        }),
        { address: "::1" },
      ),
    );
  const send = (method: string) =>
    route.handle(new Incoming(new Request("http://localhost/mcp", { method }), {})) as Response;
  return { clock, runtime, runs, client, post, send };
}

function request(method: string, params: Record<string, unknown> = {}, id: unknown = 1) {
  return { jsonrpc: "2.0", id, method, params: { _meta: META, ...params } };
}

const ADD = request("tools/call", { name: "add", arguments: { a: 1, b: 2 } });
const WAIT = request("tools/call", { name: "wait" });
const ADD_HEADERS = {
  ...BASE,
  "mcp-protocol-version": VERSION,
  "mcp-method": "tools/call",
  "mcp-name": "add",
};
const WAIT_HEADERS = { ...ADD_HEADERS, "mcp-name": "wait" };

function headersOf(method: string): Record<string, string> {
  return { ...BASE, "mcp-protocol-version": VERSION, "mcp-method": method };
}

Deno.test("a modern call is answered as JSON, without a session", async () => {
  const response = await setUp().post(ADD, ADD_HEADERS);
  assertEquals([response.status, response.headers.get("mcp-session-id")], [200, null]);
  const { id, result } = await response.json();
  assertEquals([id, result.resultType, result.content[0].text], [1, "complete", "3"]);
});

Deno.test("a modern call ignores the session that a client names", async () => {
  const response = await setUp().post(ADD, { ...ADD_HEADERS, "mcp-session-id": "x" });
  assertEquals([response.status, response.headers.get("mcp-session-id")], [200, null]);
  await response.text();
});

type Row = readonly [string, unknown, Record<string, string>, number, number];

const OTHER_META = { ...META, "io.modelcontextprotocol/protocolVersion": "2099-01-01" };
const { "mcp-name": _, ...NAMELESS } = ADD_HEADERS;
const { "mcp-protocol-version": __, ...VERSIONLESS } = ADD_HEADERS;

const REFUSED: readonly Row[] = [
  ["bad JSON", "{", BASE, 400, -32700],
  ["no JSON at all", "", BASE, 400, -32700],
  ["a number", 7, BASE, 400, -32600],
  ["a null id", request("ping", {}, null), BASE, 400, -32600],
  ["a batch", [ADD], ADD_HEADERS, 400, -32600],
  [
    "missing metadata under a modern header",
    { jsonrpc: "2.0", id: 1, method: "tools/list" },
    headersOf("tools/list"),
    400,
    -32602,
  ],
  [
    "missing capabilities",
    request("tools/list", { _meta: { "io.modelcontextprotocol/protocolVersion": VERSION } }),
    headersOf("tools/list"),
    400,
    -32602,
  ],
  ["no version header", ADD, VERSIONLESS, 400, -32020],
  [
    "another version header",
    ADD,
    { ...ADD_HEADERS, "mcp-protocol-version": "2025-11-25" },
    400,
    -32020,
  ],
  [
    "an unknown version",
    request("tools/list", { _meta: OTHER_META }),
    { ...headersOf("tools/list"), "mcp-protocol-version": "2099-01-01" },
    400,
    -32022,
  ],
  ["another method header", ADD, { ...ADD_HEADERS, "mcp-method": "tools/list" }, 400, -32020],
  ["no name header", ADD, NAMELESS, 400, -32020],
  ["another name header", ADD, { ...ADD_HEADERS, "mcp-name": "wait" }, 400, -32020],
  ["an unknown method", request("x"), headersOf("x"), 404, -32601],
  ["a removed method", request("ping"), headersOf("ping"), 404, -32601],
  [
    "initialize with modern metadata",
    request("initialize", { protocolVersion: VERSION }),
    headersOf("initialize"),
    404,
    -32601,
  ],
  [
    "an unknown tool, in band",
    request("tools/call", { name: "x" }),
    { ...ADD_HEADERS, "mcp-name": "x" },
    200,
    -32602,
  ],
  [
    "a bad cursor, in band",
    request("tools/list", { cursor: "x" }),
    headersOf("tools/list"),
    200,
    -32602,
  ],
];

for (const [what, body, headers, status, code] of REFUSED) {
  Deno.test(`a POST with ${what} is answered with ${status} and ${code}`, async () => {
    const response = await setUp().post(body, headers);
    assertEquals(response.status, status);
    assertEquals((await response.json()).error.code, code);
  });
}

const MEDIA: readonly (readonly [Record<string, string>, number])[] = [
  [{ ...ADD_HEADERS, "content-type": "application/json; charset=utf-8" }, 200],
  [{ ...ADD_HEADERS, "content-type": "Application/JSON" }, 200],
  [{ ...ADD_HEADERS, "content-type": "text/plain" }, 415],
  [{ ...ADD_HEADERS, "content-type": "application/jsonp" }, 415],
  [{ ...ADD_HEADERS, "content-type": "text/plain; application/json" }, 415],
  [{ ...ADD_HEADERS, accept: "application/json" }, 200],
  [{ ...ADD_HEADERS, accept: "text/event-stream" }, 200],
  [{ ...ADD_HEADERS, accept: "*/*" }, 200],
  [{ ...ADD_HEADERS, accept: "text/html" }, 406],
];

for (const [headers, status] of MEDIA) {
  Deno.test(`a POST of ${headers["content-type"]} that accepts ${headers.accept} gets ${status}`, async () => {
    const response = await setUp().post(ADD, headers);
    assertEquals(response.status, status);
    await response.body?.cancel();
  });
}

Deno.test("a message above the limit is refused with 413, and its connection with it", async () => {
  const pad = "x".repeat(LIMITS.messageBytesMax);
  const response = await setUp().post(request("ping", { pad }), BASE);
  assertEquals([response.status, response.headers.get("connection")], [413, "close"]);
  const { error } = await response.json();
  assertEquals([error.code, error.data.code], [-32600, "too_large"]);
});

Deno.test("GET and DELETE without a session are 405", async () => {
  for (const method of ["GET", "DELETE", "PUT"]) {
    const response = setUp().send(method);
    const allow = "POST, GET, DELETE";
    assertEquals([response.status, response.headers.get("allow")], [405, allow]);
    await response.body?.cancel();
  }
});

Deno.test("a modern notification is accepted with nothing", async () => {
  const note = { jsonrpc: "2.0", method: "notifications/x", params: { _meta: META } };
  const response = await setUp().post(note, headersOf("notifications/x"));
  assertEquals([response.status, response.body], [202, null]);
});

Deno.test("progress makes an event stream of the answer", async () => {
  const { runs, post } = setUp();
  const body = request("tools/call", { name: "wait", _meta: { ...META, progressToken: "p" } });
  const responding = post(body, WAIT_HEADERS);
  await until(() => runs.length === 1);
  runs[0]!.context.progress(1);
  const response = await responding;
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  runs[0]!.end("done");
  const events = (await response.text()).split("\n\n").filter((event) => event !== "")
    .map((event) => JSON.parse(event.replace("event: message\ndata: ", "")));
  assertEquals(events.map(({ method, id }) => method ?? id), ["notifications/progress", 1]);
});

Deno.test("a client that leaves has cancelled its modern call", async () => {
  const { runs, client, post } = setUp();
  const responding = post(WAIT, WAIT_HEADERS);
  await until(() => runs.length === 1);
  await settle();
  client.abort();
  assertEquals(runs[0]!.context.signal.aborted, true);
  const { error } = await (await responding).json();
  assertEquals(error.code, -31499);
  runs[0]!.end("late");
});

Deno.test("a refused call stays in band, and its header says when to come again", async () => {
  const { runs, post } = setUp({ maxWorkers: 1, queueMax: 0 });
  const first = post(WAIT, WAIT_HEADERS);
  await until(() => runs.length === 1);
  const refused = await post(ADD, ADD_HEADERS);
  assertEquals([refused.status, refused.headers.get("retry-after")], [200, "1"]);
  assertEquals((await refused.json()).error.code, -31503);
  runs[0]!.end("done");
  await (await first).text();
});

Deno.test("modern requests share nothing, not even their ids", async () => {
  const { runs, post } = setUp();
  const both = [post(WAIT, WAIT_HEADERS), post(WAIT, WAIT_HEADERS)];
  await until(() => runs.length === 2);
  runs[1]!.end("second");
  runs[0]!.end("first");
  const texts = await Promise.all(both.map(async (each) => (await (await each).json()).result));
  assertEquals(texts.map((result) => result.content[0].text), ["first", "second"]);
  assert(texts.every((result) => result.resultType === "complete"));
});
