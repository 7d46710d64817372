/** The SDK against a real server: tools, calls, progress, batches, errors, and what is made again. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { add, broken, steps, waiting } from "../../tests/support/client_tools.ts";
import { serveHttp } from "../adapters/http/http.ts";
import { createRuntime, type RuntimeOptions } from "../runtime/runtime.ts";
import { defineTool } from "../tools/define_tool.ts";
import type { Tool } from "../tools/tool.ts";
import { GoMCPClient } from "./client.ts";
import { GoMCPError } from "./errors.ts";
import type { FetchLike } from "./platform.ts";
import type { GoMCPClientOptions, LogEvent, Progress } from "./types.ts";

class Server implements AsyncDisposable {
  readonly runtime;
  readonly #http;

  constructor(tools: readonly Tool[], options: Partial<RuntimeOptions> = {}) {
    this.runtime = createRuntime({ tools, ...options });
    this.#http = serveHttp(this.runtime, { port: 0 });
  }

  client(options: Partial<GoMCPClientOptions> = {}): GoMCPClient {
    return new GoMCPClient({ baseUrl: this.#http.url, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime.shutdown({ deadlineMs: 0 });
    await this.#http.close();
  }
}

/** Fails so many times before it lets requests through, and counts them. */
function flaky(failures: number, fail: () => Response | Error) {
  const state = { requests: 0 };
  const fetchLike: FetchLike = (url, init) => {
    if (state.requests++ >= failures) return fetch(url, init);
    const failure = fail();
    return failure instanceof Error ? Promise.reject(failure) : Promise.resolve(failure);
  };
  return { state, fetch: fetchLike };
}

async function errorOf(promise: PromiseLike<unknown>): Promise<GoMCPError> {
  return await assertRejects(async () => await promise, GoMCPError);
}

Deno.test("listTools() gives the tools of all pages, at once or one after another", async () => {
  const tools = Array.from({ length: 1_003 }, (_, i) =>
    defineTool({
      name: `t${String(i).padStart(4, "0")}`,
      description: "Runs.",
      handler: () => "",
    }));
  await using server = new Server(tools);
  const client = server.client();
  const all = await client.listTools();
  assertEquals([all.length, all.at(-1)?.name], [1_003, "t1002"]);
  let seen = 0;
  for await (const { name } of client.listTools()) {
    if (name === "t1001") break;
    seen++;
  }
  assertEquals(seen, 1_001);
});

Deno.test("getTool() gives one tool, and says when there is none", async () => {
  await using server = new Server([add]);
  const tool = await server.client().getTool("add");
  assertEquals([tool.name, tool.annotations?.readOnlyHint], ["add", true]);
  for (const name of ["bödy ü", "a/b", "../../healthz"]) {
    const error = await errorOf(server.client().getTool(name));
    assertEquals([error.code, error.status], ["unknown_tool", 404]);
  }
});

Deno.test("callTool() gives the result, also one that is an error", async () => {
  await using server = new Server([add, broken]);
  const client = server.client();
  assertEquals((await client.callTool("add", { a: 2 })).structuredContent, { sum: 42 });
  assertEquals((await client.callTool("broken")).isError, true);
});

Deno.test("callTool() throws the server's refusal with its code, pointer and status", async () => {
  await using server = new Server([add]);
  const error = await errorOf(server.client().callTool("add", { a: "x" }));
  assertEquals([error.code, error.pointer, error.status], ["invalid_arguments", "/a", 422]);
  assert(error.detail.length > 0);
});

Deno.test("callTool() tells progress and logs, then gives the result", async () => {
  await using server = new Server([steps, add]);
  const told: (Progress | LogEvent)[] = [];
  const listen = {
    onProgress: (p: Progress) => told.push(p),
    onLog: (l: LogEvent) => told.push(l),
  };
  const result = await server.client().callTool("steps", {}, listen);
  assertEquals(told, [
    { progress: 1, total: 2, message: "half" },
    { level: "info", data: "between" },
    { progress: 2, total: 2 },
  ]);
  assertEquals(result.content, [{ type: "text", text: "walked" }]);
  // What has nothing to tell, and what is refused, come as without a listener.
  assertEquals((await server.client().callTool("add", { a: 1 }, listen)).structuredContent, {
    sum: 41,
  });
  assertEquals(
    (await errorOf(server.client().callTool("add", {}, listen))).code,
    "invalid_arguments",
  );
});

Deno.test("callTool() whose listener throws ends the call, and does not make it again", async () => {
  await using server = new Server([steps]);
  const { state, fetch } = flaky(0, () => new Error());
  const onProgress = () => {
    throw new Error("mine");
  };
  const call = server.client({ fetch }).callTool("steps", {}, { onProgress, idempotencyKey: "k" });
  const error = await errorOf(call);
  assertEquals([error.code, (error.cause as Error).message], ["cancelled", "mine"]);
  assertEquals(state.requests, 1);
});

Deno.test("a signal and a timeout end the call on the server too", async () => {
  for (const how of ["cancelled", "timeout"] as const) {
    const { tool, started, aborted } = waiting();
    await using server = new Server([tool]);
    const controller = new AbortController();
    const options = how === "timeout" ? { timeoutMs: 300 } : { signal: controller.signal };
    const call = errorOf(server.client().callTool("wait", {}, options));
    await started;
    if (how === "cancelled") controller.abort(new Error("mine"));
    const error = await call;
    assertEquals(error.code, how);
    if (how === "cancelled") assertEquals((error.cause as Error).message, "mine");
    await aborted;
  }
});

Deno.test("a signal that has aborted before sends nothing", async () => {
  await using server = new Server([add]);
  const { state, fetch } = flaky(0, () => new Error());
  const call = server.client({ fetch }).callTool("add", { a: 1 }, { signal: AbortSignal.abort() });
  assertEquals([(await errorOf(call)).code, state.requests], ["cancelled", 0]);
});

const overloaded = () =>
  Response.json({ code: "overloaded", detail: "full", retryAfterMs: 1 }, { status: 503 });
const lost = () => Response.json({ code: "worker_lost", detail: "gone" }, { status: 502 });
const cut = () => new TypeError("connection reset");

Deno.test("what was refused before it ran is made again, as often as the client may", async () => {
  await using server = new Server([broken]);
  const twice = flaky(2, overloaded);
  assertEquals((await server.client({ fetch: twice.fetch }).callTool("broken")).isError, true);
  assertEquals(twice.state.requests, 3);
  const thrice = flaky(3, overloaded);
  const error = await errorOf(server.client({ fetch: thrice.fetch }).callTool("broken"));
  assertEquals([error.code, thrice.state.requests], ["overloaded", 3]);
  const never = flaky(1, overloaded);
  await errorOf(server.client({ fetch: never.fetch, retries: 0 }).callTool("broken"));
  assertEquals(never.state.requests, 1);
});

for (const [what, fail] of [["a lost worker", lost], ["a lost connection", cut]] as const) {
  Deno.test(`after ${what} only what may run twice is made again`, async () => {
    await using server = new Server([add, broken]);
    const requests = async (run: (client: GoMCPClient) => Promise<unknown>) => {
      const { state, fetch } = flaky(1, fail);
      await run(server.client({ fetch })).catch((error) => assert(error instanceof GoMCPError));
      return state.requests;
    };
    assertEquals(await requests((client) => client.callTool("broken")), 1);
    assertEquals(await requests((client) => client.callTool("add", { a: 1 })), 1);
    assertEquals(
      await requests((client) => client.callTool("broken", {}, { idempotencyKey: "k" })),
      2,
    );
    assertEquals(await requests((client) => client.getTool("add")), 2);
  });
}

Deno.test("a tool that was seen to be read-only is called again", async () => {
  await using server = new Server([add]);
  let broke = false;
  let requests = 0;
  const client = server.client({
    fetch: (url, init) => {
      requests++;
      if (init.method !== "POST" || broke) return fetch(url, init);
      broke = true;
      return Promise.reject(cut());
    },
  });
  await client.listTools();
  assertEquals((await client.callTool("add", { a: 2 })).structuredContent, { sum: 42 });
  assertEquals(requests, 3);
});

Deno.test("a server that is not there is connection_failed, what is none of gomcp's bad_answer", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const baseUrl = `http://127.0.0.1:${port}`;
  let requests = 0;
  const client = new GoMCPClient({
    baseUrl,
    fetch: (url, init) => {
      requests++;
      return fetch(url, init);
    },
  });
  assertEquals((await errorOf(client.callTool("add"))).code, "connection_failed");
  assertEquals(requests, 3); // nothing has arrived, so nothing has run
  for (const body of ["<html>", "[]", '{"content":5}']) {
    const html = new GoMCPClient({ baseUrl, fetch: () => Promise.resolve(new Response(body)) });
    assertEquals((await errorOf(html.callTool("add"))).code, "bad_answer");
  }
  const proxy = () => Promise.resolve(new Response("<html>", { status: 502 }));
  const error = await errorOf(new GoMCPClient({ baseUrl, fetch: proxy }).callTool("add"));
  assertEquals([error.code, error.status], ["bad_answer", 502]);
});

Deno.test("batchCall() gives results in the order of the calls, each with its own end", async () => {
  await using server = new Server([add, broken]);
  const [first, second, third] = await server.client().batchCall([
    { id: "r1", tool: "add", arguments: { a: 1 } },
    { tool: "nobody" },
    { id: 3, tool: "broken" },
  ], { parallel: true });
  assert(first?.ok === true && third?.ok === true && second?.ok === false);
  assertEquals([first.id, first.index, first.result.structuredContent], ["r1", 0, { sum: 41 }]);
  assertEquals([second.id, second.error.code, second.error.status], ["1", "unknown_tool", 404]);
  assertEquals([third.id, third.result.isError], [3, true]);
  assert(first.durationMs >= 0);
  const stopped = await server.client().batchCall(
    [{ tool: "broken" }, { tool: "add", arguments: { a: 1 } }],
    { onError: "stop" },
  );
  assert(stopped[1]?.ok === false);
  assertEquals(stopped[1].error.code, "cancelled");
  const error = await errorOf(server.client().batchCall([]));
  assertEquals([error.code, error.pointer], ["invalid_request", "/requests"]);
});

Deno.test("batchStream() gives results as calls end", async () => {
  const { tool, started, end } = waiting();
  await using server = new Server([add, tool]);
  const calls = [{ tool: "wait" }, { tool: "add", arguments: { a: 1 } }];
  const order: number[] = [];
  for await (const result of server.client().batchStream(calls, { parallel: true })) {
    order.push(result.index);
    await started;
    end("done");
  }
  assertEquals(order, [1, 0]);
  const refused = server.client().batchStream([]).next();
  assertEquals((await errorOf(refused)).pointer, "/requests");
});

Deno.test("who leaves batchStream() ends what has not ended", async () => {
  const { tool, aborted } = waiting();
  await using server = new Server([add, tool]);
  const calls = [{ tool: "wait" }, { tool: "add", arguments: { a: 1 } }];
  for await (const result of server.client().batchStream(calls, { parallel: true })) {
    assertEquals(result.index, 1);
    break;
  }
  await aborted;
});

Deno.test("health() tells a server that is ready from one that stops", async () => {
  await using server = new Server([add]);
  assertEquals(await server.client().health(), { ready: true });
  await server.runtime.shutdown();
  const { ready, detail } = await server.client().health();
  assert(!ready && detail !== undefined);
});

Deno.test("a key is sent as a bearer's, with the headers of the client", async () => {
  let sent: Headers | undefined;
  const client = new GoMCPClient({
    baseUrl: "http://localhost/below/",
    apiKey: "gmcp_x",
    headers: { "x-trace": "7" },
    fetch: (url, init) => {
      assertEquals(url, "http://localhost/below/v1/tools/call");
      sent = new Headers(init.headers);
      return Promise.resolve(Response.json({ content: [] }));
    },
  });
  await client.callTool("x");
  assertEquals([sent?.get("authorization"), sent?.get("x-trace")], ["Bearer gmcp_x", "7"]);
});

Deno.test("arguments that are no JSON are refused, as all calls are, by the promise", async () => {
  const client = new GoMCPClient({ baseUrl: "http://localhost:9" });
  const round: Record<string, unknown> = {};
  round.round = round;
  for (const args of [{ a: 1n }, round]) {
    const calls = [client.callTool("x", args), client.batchCall([{ tool: "x", arguments: args }])];
    for (const call of calls) {
      const error = await call.then(() => undefined, (thrown) => thrown);
      assert(error instanceof GoMCPError, String(error));
      assertEquals(error.code, "invalid_request");
    }
  }
});

const WRONG: readonly Partial<GoMCPClientOptions>[] = [
  { baseUrl: "localhost:8080" },
  { baseUrl: "http://user:secret@host" },
  { baseUrl: "http://host/?x=1" },
  { timeoutMs: 0 },
  { timeoutMs: NaN },
  { retries: -1 },
  { retries: 11 },
  { retries: 1.5 },
  { apiKey: "secret\nx" },
  { headers: { "x y": "secret" } },
  { headers: { "x-trace": "secret\u20ac" } },
];
for (const wrong of WRONG) {
  Deno.test(`a client is not made of ${JSON.stringify(wrong)}`, () => {
    try {
      new GoMCPClient({ baseUrl: "http://localhost", ...wrong });
    } catch (error) {
      assert(error instanceof GoMCPError && error.code === "invalid_request");
      assertEquals(error.message.includes("secret"), false);
      return;
    }
    throw new Error("it was made");
  });
}
