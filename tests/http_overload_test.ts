/** Full queues and passed deadlines over HTTP: clear refusals that say when to come back. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { legacyCall, modernCall } from "./support/mcp.ts";
import { HttpSession, postModern } from "./support/mcp_http.ts";
import { type Reply, startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

function retryAfter({ headers }: Reply): string {
  return headers.get("retry-after") ?? "(none)";
}

Deno.test("a call beyond the workers and the queue is refused, and others are not harmed", async (t) => {
  await using server = await startServer({
    fixtures: ["slow"],
    args: ["--max-workers=1", "--queue-max=1"],
  });
  const session = await HttpSession.open(server);
  const [running, waiting] = [server.gate("running"), server.gate("waiting")];
  const first = server.call("gate", running.arguments);
  await running.reached();
  const second = await intoQueue(() => server.call("gate", waiting.arguments));

  await t.step("REST: 503 and Retry-After", async () => {
    const { status, json, ...reply } = await server.call("echo", { msg: "hi" });
    assertEquals([status, json.code, json.limit, json.remaining], [503, "overloaded", 1, 0]);
    assertMatch(retryAfter({ status, json, ...reply }), /^[1-9]\d*$/);
    assert(json.retryAfterMs > 0);
  });
  await t.step("REST batch: 200, and 503 for each of its calls", async () => {
    const body = { requests: [{ tool: "echo", arguments: { msg: "hi" } }, { tool: "nobody" }] };
    const { status, json } = await server.post("/v1/tools/batch", body);
    assertEquals(status, 200);
    assertEquals(json.results.map((result: { status: number }) => result.status), [503, 404]);
  });
  await t.step("modern MCP: an error in a 200 answer, with Retry-After", async () => {
    const reply = await postModern(server, modernCall(1, "echo", { msg: "hi" }));
    assertEquals([reply.status, reply.json.id, reply.json.error.code], [200, 1, -31503]);
    assertMatch(retryAfter(reply), /^[1-9]\d*$/);
  });
  await t.step("legacy MCP: the same", async () => {
    const reply = await session.post(legacyCall(1, "echo", { msg: "hi" }));
    assertEquals([reply.status, reply.json.id, reply.json.error.code], [200, 1, -31503]);
    assertMatch(retryAfter(reply), /^[1-9]\d*$/);
  });
  await t.step("lists and health need no worker", async () => {
    for (const path of ["/v1/tools", "/healthz", "/readyz", "/openapi.json"]) {
      assertEquals((await server.request(path)).status, 200);
    }
  });
  await t.step("the calls that were taken end well", async () => {
    await running.open();
    assertEquals((await first).json.content[0].text, "open");
    await waiting.open();
    assertEquals((await second.reply).json.content[0].text, "open");
    assertEquals((await server.call("echo", { msg: "hi" })).status, 200);
  });

  /**
   * Makes a call that stays in the queue. A probe may hold its one place when the call comes,
   * which is then refused and made again; it is in when probes are refused twice in a row.
   */
  async function intoQueue(make: () => Promise<Reply>): Promise<{ reply: Promise<Reply> }> {
    let refusals = 0;
    let isOpen = false;
    let reply = make();
    for (isOpen = watch(reply); refusals < 2;) {
      if (!isOpen) isOpen = watch(reply = make());
      refusals = (await probe()).status === 503 && isOpen ? refusals + 1 : 0;
    }
    return { reply };

    function watch(call: Promise<Reply>): true {
      call.finally(() => {
        isOpen = false;
      });
      return true;
    }
  }

  /** Leaves at once, so that it does not stay in the queue. */
  async function probe(): Promise<{ status: number }> {
    const body = JSON.stringify({ tool: "echo", arguments: { msg: "probe" } });
    const signal = AbortSignal.timeout(50);
    const init = { method: "POST", body, signal };
    return await server.request("/v1/tools/call", init).catch(() => ({ status: 0 }));
  }
});

Deno.test("a call that passes its deadline is answered then, and the server lives on", async () => {
  await using server = await startServer({ fixtures: ["slow"], args: ["--timeout=100ms"] });
  const session = await HttpSession.open(server);
  const own = await server.call("never");
  assertEquals([own.status, own.json.code], [504, "deadline_exceeded"]);
  assertEquals((await server.call("endless")).status, 504);
  const modern = await postModern(server, modernCall(1, "endless"));
  assertEquals([modern.status, modern.json.error.code], [200, -31504]);
  const legacy = await session.post(legacyCall(1, "never"));
  assertEquals([legacy.status, legacy.json.error.code], [200, -31504]);
  const batch = await server.post("/v1/tools/batch", {
    requests: [{ tool: "endless" }, { tool: "echo", arguments: { msg: "hi" } }],
    parallel: true,
  });
  assertEquals(batch.json.results.map(({ status }: Reply) => status), [504, 200]);
  for (const tool of ["gate", "stubborn"]) {
    const gate = server.gate(tool);
    // The host of those that never ended is being replaced: a call may pass its deadline before.
    await until(async () => {
      assertEquals((await server.call(tool, gate.arguments)).status, 504);
      return await gate.isAborted();
    }, "a call has begun and was told of its deadline");
    await gate.open();
  }
  assertEquals((await server.call("echo", { msg: "on" })).status, 200);
});

Deno.test("a passed deadline is told exactly as it was set", async () => {
  await using server = await startServer({ fixtures: ["slow"], args: ["--timeout=70ms"] });
  const requests = Array.from({ length: 10 }, () => ({ tool: "endless" }));
  const batch = await server.post("/v1/tools/batch", { requests });
  for (const { problem } of batch.json.results) {
    assertEquals(problem.limit, 70);
    assertMatch(problem.detail, /deadline of 70ms /);
  }
});
