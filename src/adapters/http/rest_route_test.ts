/** REST: lists, one tool, calls and batches, without a port. */
import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import { FakeClock } from "../../base/fake_clock.ts";
import { createRuntime, type RuntimeOptions } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import type { Tool } from "../../tools/tool.ts";
import { receive } from "../mcp/endpoint.ts";
import { Peer } from "../mcp/peer.ts";
import { Incoming } from "./incoming.ts";
import { BodyReader } from "./body_reader.ts";
import { RestRoute } from "./rest_route.ts";

const add = defineTool({
  name: "add",
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number().default(40) }),
  handler: ({ a, b }) => `${a + b}`,
});

const CLIENT = { address: "::1" };

function waiting() {
  const runs: { readonly signal: AbortSignal; readonly end: (text: string) => void }[] = [];
  const tool = defineTool({
    name: "wait",
    description: "Waits.",
    handler: (_, { signal }) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      runs.push({ signal, end: resolve });
      return promise;
    },
  });
  return { tool, runs };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await undefined;
}

function setUp(tools: readonly Tool[] = [add], options: Partial<RuntimeOptions> = {}) {
  const clock = new FakeClock();
  const runtime = createRuntime({ tools, clock, ...options });
  const route = new RestRoute(runtime, new BodyReader(runtime.clock));
  const client = new AbortController();
  const post = (body: unknown) =>
    new Request("http://localhost/", {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      signal: client.signal,
    });
  return {
    clock,
    runtime,
    client,
    route,
    call: (body: unknown) => route.call(new Incoming(post(body), CLIENT)),
    batch: (body: unknown) => route.batch(new Incoming(post(body), CLIENT)),
  };
}

async function problemOf(response: Response) {
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assertEquals(problem.status, response.status);
  return problem;
}

function toolOf(name: string): Tool {
  return defineTool({ name, description: "Runs.", handler: () => "" });
}

function listUrl(query: string): URL {
  return new URL(`http://localhost/v1/tools${query}`);
}

Deno.test("a list is in pages of the size that was asked for", async () => {
  const { route } = setUp(["a", "b", "c"].map(toolOf));
  const first = await route.list(listUrl("?limit=2"), CLIENT).json();
  assertEquals(first.tools.map(({ name }: { name: string }) => name), ["a", "b"]);
  const query = `?limit=2&cursor=${encodeURIComponent(first.nextCursor)}`;
  const second = await route.list(listUrl(query), CLIENT).json();
  assertEquals(second.tools.map(({ name }: { name: string }) => name), ["c"]);
  assertEquals(Object.keys(second), ["tools"]);
  const all = await route.list(listUrl(""), CLIENT).json();
  assertEquals(all.tools.length, 3);
});

for (
  const [limit, taken] of [
    ["1", true],
    ["1000", true],
    ["0", false],
    ["1001", false],
    ["-1", false],
    ["1.5", false],
    ["x", false],
    ["", false],
    ["NaN", false],
  ] as const
) {
  Deno.test(`a list ${taken ? "takes" : "refuses"} the limit "${limit}"`, async () => {
    const response = setUp().route.list(listUrl(`?limit=${limit}`), CLIENT);
    if (taken) {
      assertEquals(response.status, 200);
      await response.text();
    } else assertEquals((await problemOf(response)).pointer, "/limit");
  });
}

Deno.test("a list refuses a cursor that this server never gave", async () => {
  const { pointer, status } = await problemOf(setUp().route.list(listUrl("?cursor=x"), CLIENT));
  assertEquals([pointer, status], ["/cursor", 400]);
});

Deno.test("one tool is shown as in the list, an unknown one is a problem", async () => {
  const { route } = setUp();
  const shown = await route.get("add", CLIENT).json();
  assertEquals(shown, (await route.list(listUrl(""), CLIENT).json()).tools[0]);
  const { code, status, detail } = await problemOf(route.get("x".repeat(10_000), CLIENT));
  assertEquals([code, status], ["unknown_tool", 404]);
  assert(detail.length < 200);
  const cut = await problemOf(route.get("x".repeat(99) + "😀", CLIENT));
  assert(cut.detail.isWellFormed());
});

Deno.test("a call gives the tool's result", async () => {
  const response = await setUp().call({ tool: "add", arguments: { a: 2 } });
  assertEquals([response.status, await response.json()], [200, {
    content: [{ type: "text", text: "42" }],
  }]);
});

Deno.test("a call gives metadata and structured content of every kind", async () => {
  const result = { content: [], structuredContent: [1], _meta: { "a/b": 1 } };
  const tool = defineTool({ name: "t", description: "Returns.", handler: () => result });
  const response = await setUp([tool]).call({ tool: "t" });
  assertEquals(await response.json(), result);
});

Deno.test("a call gives a tool's own failure as a result that is an error", async () => {
  const tool = defineTool({
    name: "t",
    description: "Fails.",
    handler: () => {
      throw new Error("boom");
    },
  });
  const response = await setUp([tool]).call({ tool: "t" });
  assertEquals([response.status, (await response.json()).isError], [200, true]);
});

const REFUSED: readonly (readonly [unknown, number, string, string | undefined])[] = [
  ["{", 400, "parse_error", undefined],
  ["", 400, "parse_error", undefined],
  ["[]", 400, "invalid_request", ""],
  ["7", 400, "invalid_request", ""],
  ["null", 400, "invalid_request", ""],
  [{}, 400, "invalid_request", "/tool"],
  [{ tool: 7 }, 400, "invalid_request", "/tool"],
  [{ tool: "x" }, 404, "unknown_tool", undefined],
  [{ tool: "add" }, 422, "invalid_arguments", "/a"],
  [{ tool: "add", arguments: { a: "hunter2" } }, 422, "invalid_arguments", "/a"],
  [{ tool: "add", arguments: [] }, 422, "invalid_arguments", ""],
];

for (const [body, status, code, pointer] of REFUSED) {
  Deno.test(`a call of ${JSON.stringify(body)} is refused as ${code} with ${status}`, async () => {
    const response = await setUp().call(body);
    const problem = await problemOf(response);
    assertEquals([response.status, problem.code, problem.pointer], [status, code, pointer]);
    assertEquals(JSON.stringify(problem).includes("hunter2"), false);
  });
}

Deno.test("arguments that are null have the same outcome as over MCP", async () => {
  const { call, runtime } = setUp([toolOf("t")]);
  const params = { name: "t", arguments: null };
  const peer = new Peer("stdio", {});
  const message = { id: 1, method: "tools/call", params };
  const mcp = JSON.parse(
    (await receive(runtime, message, peer, { notify: () => {}, request: () => true }))!,
  );
  const rest = await call({ tool: "t", arguments: null });
  assertEquals(rest.status === 200, mcp.result.isError !== true);
  await rest.text();
});

Deno.test("a call that is worth repeating says when", async () => {
  const { tool, runs } = waiting();
  const { call } = setUp([tool], { maxWorkers: 1, queueMax: 0 });
  const first = call({ tool: "wait" });
  await settle();
  const refused = await call({ tool: "wait" });
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assertEquals((await problemOf(refused)).code, "overloaded");
  runs[0]!.end("done");
  assertEquals((await (await first).json()).content[0].text, "done");
});

Deno.test("a call that passes its deadline is answered with 504", async () => {
  const { tool, runs } = waiting();
  const { clock, call } = setUp([tool], { defaultTimeoutMs: 100 });
  const answer = call({ tool: "wait" });
  await settle();
  clock.advance(120);
  assertEquals((await problemOf(await answer)).code, "deadline_exceeded");
  runs[0]!.end("late");
});

Deno.test("a client that leaves cancels its call, and all calls of its batch", async () => {
  const { tool, runs } = waiting();
  const single = setUp([tool]);
  const answer = single.call({ tool: "wait" });
  await settle();
  single.client.abort();
  assertEquals((await problemOf(await answer)).code, "cancelled");
  assertEquals(runs[0]!.signal.aborted, true);

  const several = setUp([tool]);
  const batch = several.batch({ requests: [{ tool: "wait" }, { tool: "wait" }] });
  await settle();
  several.client.abort();
  const { results } = await (await batch).json();
  assertEquals(results.map(({ status }: { status: number }) => status), [499, 499]);
  // They run one after another: the second was never started.
  assertEquals(runs.length, 2);
  for (const { end } of runs) end("late");
});

Deno.test("a batch answers in the order of its requests, each by itself", async () => {
  const requests = [
    { tool: "add", arguments: { a: 2 } },
    { id: "x", tool: "add", arguments: { a: "hunter2" } },
    { id: 7, tool: "sub" },
  ];
  const response = await setUp().batch({ requests });
  assertEquals(response.status, 200);
  const { results } = await response.json();
  assertEquals(results[0], {
    id: "0",
    durationMs: 0,
    status: 200,
    result: { content: [{ type: "text", text: "42" }] },
  });
  assertEquals([results[1].id, results[1].status, results[1].problem.pointer], ["x", 422, "/a"]);
  assertEquals([results[2].id, results[2].status, results[2].problem.code], [
    7,
    404,
    "unknown_tool",
  ]);
  assertEquals(results.length, 3);
});

for (const [parallel, width] of [[undefined, 1], [false, 1], [2, 2], [true, 3], [99, 3]] as const) {
  Deno.test(`a batch with parallel ${parallel} runs ${width} of 4 calls at once on 3 workers`, async () => {
    const { tool, runs } = waiting();
    const { batch } = setUp([tool], { maxWorkers: 3, queueMax: 0 });
    const requests = Array.from({ length: 4 }, () => ({ tool: "wait" }));
    const answer = batch({ requests, ...(parallel !== undefined && { parallel }) });
    await settle();
    assertEquals(runs.length, width);
    for (let ended = 0; ended < 4; ended++) {
      runs[ended]!.end("done");
      await settle();
    }
    const { results } = await (await answer).json();
    assertEquals(results.map(({ status }: { status: number }) => status), [200, 200, 200, 200]);
  });
}

Deno.test("a batch with a fault is refused whole", async () => {
  const { batch, runtime } = setUp();
  const response = await batch({ requests: [{ tool: "add", arguments: { a: 1 } }, {}] });
  const { status, pointer } = await problemOf(response);
  assertEquals([status, pointer], [400, "/requests/1/tool"]);
  assertEquals(runtime.stats().started, 0);
  assertEquals((await problemOf(await batch("nonsense"))).code, "parse_error");
});

/** Sends a request whose client takes events, and reads what comes. */
async function eventsOf(answer: Promise<Response>): Promise<string[]> {
  const response = await answer;
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  return (await response.text()).split("\n\n").slice(0, -1);
}

function asking(body: unknown): Incoming {
  const request = new Request("http://localhost/", {
    method: "POST",
    body: JSON.stringify(body),
    headers: { accept: "application/json, text/event-stream" },
  });
  return new Incoming(request, CLIENT);
}

Deno.test("a call tells a client that takes events how far it is, then its result", async () => {
  const tool = defineTool({
    name: "t",
    description: "Works.",
    handler: async (_, ctx) => {
      ctx.progress(1, 2, "half");
      await undefined;
      ctx.log.info("done");
      return "end";
    },
  });
  const { route } = setUp([tool]);
  assertEquals(await eventsOf(route.call(asking({ tool: "t" }))), [
    'event: progress\ndata: {"progress":1,"total":2,"message":"half"}',
    'event: log\ndata: {"level":"info","data":"done"}',
    'event: result\ndata: {"content":[{"type":"text","text":"end"}]}',
  ]);
  const plain = await setUp([tool]).call({ tool: "t" });
  assertEquals(plain.headers.get("content-type"), "application/json");
  await plain.text();
});

Deno.test("a call that ends without a word is answered plainly, with the status of its end", async () => {
  const { route } = setUp();
  const done = await route.call(asking({ tool: "add", arguments: { a: 2 } }));
  assertEquals((await done.json()).content[0].text, "42");
  const refused = await route.call(asking({ tool: "sub" }));
  assertEquals((await problemOf(refused)).status, 404);
});

Deno.test("a call that fails after its first word ends with its problem as an event", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const tool = defineTool({
    name: "t",
    description: "Hangs.",
    handler: (_, ctx) => {
      ctx.progress(1);
      return promise;
    },
  });
  const { route, clock } = setUp([tool], { defaultTimeoutMs: 100 });
  const events = eventsOf(route.call(asking({ tool: "t" })));
  await settle();
  clock.advance(120);
  const [, last] = await events;
  assert(last!.startsWith("event: problem\ndata: "));
  const { code, status } = JSON.parse(last!.split("data: ")[1]!);
  assertEquals([code, status], ["deadline_exceeded", 504]);
  resolve("late");
});

Deno.test("a batch tells a client that takes events each result as it comes, and its end", async () => {
  const { tool, runs } = waiting();
  const { route } = setUp([add, tool]);
  const requests = [{ id: "w", tool: "wait" }, { tool: "add", arguments: { a: 2 } }, {
    tool: "no",
  }];
  const events = eventsOf(route.batch(asking({ requests, parallel: true })));
  await settle();
  runs[0]!.end("done");
  const parsed = (await events).map((event) => event.split(/^event: |\ndata: /).slice(1));
  assertEquals(parsed.map(([name]) => name), ["result", "result", "result", "end"]);
  const items = parsed.map(([, data]) => JSON.parse(data!));
  assertEquals(items.map(({ id, index, status }) => [id, index, status]), [
    ["1", 1, 200],
    ["2", 2, 404],
    ["w", 0, 200],
    [undefined, undefined, undefined],
  ]);
  assertEquals(items[3], { results: 3 });
  const refused = await route.batch(asking({ requests: [] }));
  assertEquals((await problemOf(refused)).pointer, "/requests");
});

Deno.test("a batch that is told to stops at its deadline, and at a failure", async () => {
  const { tool, runs } = waiting();
  const { batch, clock } = setUp([add, tool]);
  const requests = [{ tool: "add", arguments: { a: 1 } }, { tool: "wait" }, { tool: "wait" }];
  const late = batch({ requests, deadlineMs: 500 });
  await settle();
  clock.advance(500);
  const statuses = async (answer: Promise<Response>) =>
    (await (await answer).json()).results.map(({ status }: { status: number }) => status);
  assertEquals(await statuses(late), [200, 504, 504]);
  const stopped = batch({ requests: [{ tool: "no" }, ...requests], onError: "stop" });
  assertEquals(await statuses(stopped), [404, 499, 499, 499]);
  assertEquals(runs.length, 1);
  runs[0]!.end("late");
});
