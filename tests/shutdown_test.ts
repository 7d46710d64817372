/** SIGTERM and SIGINT over HTTP: open calls finish, new ones are refused, and the exit is clean. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CliProcess } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { legacyCall, modern, modernCall } from "./support/mcp.ts";
import { HttpSession, postModern } from "./support/mcp_http.ts";
import { parallelSteps } from "./support/parallel_steps.ts";
import { RawConnection, rawGet, rawPost } from "./support/raw_http.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";

async function draining(server: ServerProcess): Promise<void> {
  await server.log.find(({ message }) => message === "stopping", "the beginning of the drain");
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} lets open calls finish, refuses new ones meanwhile, and exits with 0`, async (t) => {
    await using server = await startServer({ fixtures: ["slow"] });
    const session = await HttpSession.open(server);
    const gates = ["rest", "modern", "legacy", "batch"].map((name) => server.gate(name));
    const answers = [
      server.call("gate", gates[0]!.arguments),
      postModern(server, modernCall(1, "gate", gates[1]!.arguments)),
      session.post(legacyCall(1, "gate", gates[2]!.arguments)),
      server.post("/v1/tools/batch", {
        requests: [{ tool: "gate", arguments: gates[3]!.arguments }],
      }),
    ];
    await Promise.all(gates.map((gate) => gate.reached()));
    assertEquals((await server.request("/readyz")).status, 200);
    server.signal(signal);
    await draining(server);

    await t.step("/readyz says 503, /healthz 200", async () => {
      const ready = await server.request("/readyz");
      assertEquals([ready.status, ready.json.code], [503, "overloaded"]);
      assertMatch(ready.headers.get("retry-after") ?? "", /^\d+$/);
      assertEquals((await server.request("/healthz")).status, 200);
    });
    await t.step("new calls are refused with 503 and Retry-After", async () => {
      const call = await server.call("echo", { msg: "late" });
      assertEquals([call.status, call.json.code], [503, "overloaded"]);
      assertMatch(call.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
      const mcp = await postModern(server, modernCall(2, "echo", { msg: "late" }));
      assertEquals([mcp.status, mcp.json.error.code], [200, -31503]);
      assertMatch(mcp.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
      assertEquals(
        (await session.post(legacyCall(2, "echo", { msg: "late" }))).json.error.code,
        -31503,
      );
    });
    await t.step("what needs no tool is still answered", async () => {
      assertEquals((await server.request("/v1/tools")).status, 200);
      const list = await postModern(server, modern(3, "tools/list"));
      assert(list.json.result.tools.length > 0);
    });
    await t.step("open calls get their answers, and the process ends with 0", async () => {
      assert(server.isAlive);
      await Promise.all(gates.map((gate) => gate.open()));
      const [one, two, three, four] = await Promise.all(answers);
      assertEquals(one?.json.content[0].text, "open");
      assertEquals(two?.json.result.content[0].text, "open");
      assertEquals(three?.json.result.content[0].text, "open");
      assertEquals(four?.json.results[0].result.content[0].text, "open");
      assertEquals((await server.exit()).code, 0);
      assertEquals(server.stdout, "");
      await assertRejects(() => server.request("/healthz"), "nothing listens any more");
    });
  });
}

for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test(`a ${signal} a moment after the first exits at once with ${code}`, async () => {
    await using server = await startServer({ fixtures: ["slow"] });
    const gate = server.gate();
    server.call("gate", gate.arguments);
    await gate.reached();
    server.signal("SIGTERM");
    await draining(server);
    assert(server.isAlive);
    await server.insist(signal);
    assertEquals((await server.exit()).code, code);
  });
}

Deno.test("signals that come together count as one: runners pass on what the terminal has sent", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  const gate = server.gate();
  const answer = server.call("gate", gate.arguments);
  await gate.reached();
  for (const signal of ["SIGINT", "SIGINT", "SIGTERM", "SIGINT"] as const) server.signal(signal);
  await draining(server);
  await gate.open();
  assertEquals((await answer).status, 200);
  assertEquals((await server.exit()).code, 0);
});

Deno.test("calls that do not end within the drain timeout are answered with an error, exit 0", async () => {
  await using server = await startServer({ fixtures: ["slow"], args: ["--drain-timeout=300ms"] });
  const session = await HttpSession.open(server);
  const gate = server.gate();
  const answers = [
    server.call("gate", gate.arguments),
    server.call("stubborn", server.gate("stubborn").arguments),
    postModern(server, modernCall(1, "endless")),
    session.post(legacyCall(1, "endless")),
  ];
  await gate.reached();
  await server.gate("stubborn").reached();
  // The other two have no gate; a call after them has gone through the same queue.
  await postModern(server, modernCall(2, "echo", { msg: "between" }));
  server.signal("SIGTERM");
  const [rest, stubborn, current, legacy] = await Promise.all(answers);
  assertEquals([rest?.status, rest?.json.code], [499, "cancelled"]);
  assertMatch(rest?.json.detail, /shut down/);
  assertEquals(stubborn?.status, 499);
  assertEquals([current?.status, current?.json.error.code], [200, -31499]);
  assertEquals([legacy?.status, legacy?.json.error.code], [200, -31499]);
  await gate.aborted();
  assertEquals((await server.exit()).code, 0);
  const warning = server.log.items.find(({ level }) => level === "warn");
  assertEquals(warning?.stopped, 4);
});

Deno.test("without calls the server stops at once, idle connections notwithstanding", async () => {
  await using server = await startServer();
  using idle = await RawConnection.open(server.port);
  await idle.send(rawGet("/healthz"));
  await idle.response();
  using silent = await RawConnection.open(server.port);
  await server.request("/healthz");
  const started = performance.now();
  server.signal("SIGTERM");
  assertEquals((await server.exit()).code, 0);
  const ms = performance.now() - started;
  assert(ms < 4_000, `it took ${ms} ms`);
  assertEquals([await idle.isClosed(), await silent.isClosed()], [true, true]);
});

Deno.test("a signal that comes the moment the server is ready stops it as any other", async () => {
  // Several at a time, so that a busy machine widens whatever gap there is.
  await Promise.all(Array.from({ length: 8 }, async () => {
    await using server = await startServer();
    server.signal("SIGTERM");
    assertEquals(await server.exit(), { success: true, code: 0, signal: null });
  }));
});

Deno.test("a signal ends a server whose tools have not loaded yet, and never will", async () => {
  await using folder = await TempFolder.of({
    "endless.ts": 'console.error("{\\"message\\":\\"loading\\"}");\nawait new Promise(() => {});',
  });
  const args = ["serve", "--addr=127.0.0.1:0", "--log-format=json", `--tools=${folder.path}`];
  await using server = new CliProcess(args, "null", {});
  await server.log.find(
    ({ line }) => String(line).includes("loading"),
    "the beginning of the module",
  );
  server.signal("SIGTERM");
  await server.exit(10_000);
  assert(!server.stderr.includes("serving"));
});

Deno.test("clients that neither read nor finish hold the exit for 5 s at most", async (t) => {
  // Both wait at the same time, to spare the suite a second 5 s.
  await parallelSteps(t, { "over HTTP": unfinishedHttp, "over stdio": unreadStdio });
});

async function unfinishedHttp(): Promise<void> {
  await using server = await startServer({ fixtures: ["plain"] });
  using unread = await RawConnection.open(server.port);
  await unread.send(rawPost("/v1/tools/call", '{"tool":"big","arguments":{"bytes":16000000}}'));
  await unread.text("\r\n\r\n");
  using half = await RawConnection.open(server.port);
  await half.send(rawPost("/v1/tools/call", "{", { "content-length": "100" }));
  await server.request("/healthz");
  server.signal("SIGTERM");
  assertEquals((await server.exit(10_000)).code, 0);
}

async function unreadStdio(): Promise<void> {
  await using server = await startStdio({ fixtures: ["plain", "slow"], reads: false });
  const gate = server.gate();
  await server.send(legacyCall(1, "big"), legacyCall(2, "gate", gate.arguments));
  await gate.reached();
  await gate.open();
  server.signal("SIGTERM");
  assertEquals((await server.exit(10_000)).code, 0);
}
