/** Clients over HTTP that leave in mid-call, cancel, or never read their event stream. */
import { assert, assertEquals } from "@std/assert";
import { cancelled, legacyCall, modernCall, modernHeaders } from "./support/mcp.ts";
import { eventMessages, HttpSession, postModern } from "./support/mcp_http.ts";
import { residentBytes } from "./support/memory.ts";
import { RawConnection, rawPost } from "./support/raw_http.ts";
import { startServer } from "./support/server.ts";

Deno.test("a modern client that leaves cancels its call", async (t) => {
  await using server = await startServer({ fixtures: ["slow"] });
  await t.step("before any answer has begun", async () => {
    const gate = server.gate("silent");
    const request = modernCall(1, "gate", gate.arguments);
    using connection = await RawConnection.open(server.port);
    await connection.send(rawPost("/mcp", JSON.stringify(request), modernHeaders(request)));
    await gate.reached();
    connection.close();
    await gate.aborted();
  });
  await t.step("in the middle of an event stream", async () => {
    const gate = server.gate("streaming");
    const args = { count: 3, ...gate.arguments };
    const request = modernCall(1, "steps", args, { progressToken: "p" });
    using connection = await RawConnection.open(server.port);
    await connection.send(rawPost("/mcp", JSON.stringify(request), modernHeaders(request)));
    await connection.text('"progress":3');
    assert(!await gate.isAborted());
    connection.close();
    await gate.aborted();
  });
  await t.step("and not the calls of others", async () => {
    const [mine, other] = [server.gate("mine"), server.gate("other")];
    const answer = postModern(server, modernCall(1, "gate", other.arguments));
    await other.reached();
    const request = modernCall(1, "gate", mine.arguments);
    using connection = await RawConnection.open(server.port);
    await connection.send(rawPost("/mcp", JSON.stringify(request), modernHeaders(request)));
    await mine.reached();
    connection.close();
    await mine.aborted();
    await other.open();
    assertEquals((await answer).json.result.content[0].text, "open");
  });
});

Deno.test("a legacy client that leaves does not cancel its call", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  const session = await HttpSession.open(server);
  const [left, other] = [server.gate("left"), server.gate("other")];
  using connection = await RawConnection.open(server.port);
  const request = JSON.stringify(legacyCall(1, "gate", left.arguments));
  await connection.send(rawPost("/mcp", request, session.headers));
  await left.reached();
  connection.close();
  // Long enough for the server to have noticed: a modern one that left later was noticed.
  const modern = modernCall(1, "gate", other.arguments);
  using later = await RawConnection.open(server.port);
  await later.send(rawPost("/mcp", JSON.stringify(modern), modernHeaders(modern)));
  await other.reached();
  later.close();
  await other.aborted();
  assert(!await left.isAborted(), "the legacy call was cancelled");
  await left.open();
});

Deno.test("a legacy client cancels by notification, or by ending its session", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  const session = await HttpSession.open(server);
  const [first, second] = [server.gate("first"), server.gate("second")];
  const one = session.post(legacyCall("one", "gate", first.arguments));
  await first.reached();
  assertEquals((await session.post(cancelled("nobody"))).status, 202);
  assertEquals((await session.post(cancelled("one"))).status, 202);
  await first.aborted();
  assert((await one).status < 300);
  const two = session.post(legacyCall("two", "gate", second.arguments));
  await second.reached();
  await session.delete();
  await second.aborted();
  await two;
  assertEquals((await session.post(cancelled("two"))).status, 404);
});

Deno.test("a session's notification cannot cancel the call of another session", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  const [victim, attacker] = [await HttpSession.open(server), await HttpSession.open(server)];
  const gate = server.gate();
  const answer = victim.post(legacyCall(1, "gate", gate.arguments));
  await gate.reached();
  await attacker.post(cancelled(1));
  assert(!await gate.isAborted());
  await gate.open();
  assertEquals((await answer).json.result.content[0].text, "open");
});

Deno.test("a REST client that leaves cancels its call and its batch", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  const [call, batch] = [server.gate("call"), server.gate("batch")];
  const bodies: [string, unknown][] = [
    ["/v1/tools/call", { tool: "gate", arguments: call.arguments }],
    ["/v1/tools/batch", { requests: [{ tool: "gate", arguments: batch.arguments }] }],
  ];
  for (const [path, body] of bodies) {
    using connection = await RawConnection.open(server.port);
    await connection.send(rawPost(path, JSON.stringify(body)));
    await (path.endsWith("call") ? call : batch).reached();
    connection.close();
    await (path.endsWith("call") ? call : batch).aborted();
  }
});

Deno.test("progress turns the answer into an event stream, for those who take one", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  const request = modernCall(1, "steps", { count: 3 }, { progressToken: 5 });
  const messages = eventMessages(await postModern(server, request));
  assertEquals(messages.map(({ method, id }) => method ?? id), [
    ...Array(3).fill("notifications/progress"),
    1,
  ]);
  assertEquals(messages[1]!.params, {
    progressToken: 5,
    progress: 2,
    total: 3,
    message: "step 2",
  });
  const plain = await postModern(server, request, { accept: "application/json" });
  assertEquals(plain.json.result.content[0].text, "3 steps");
  const silent = await postModern(server, modernCall(1, "steps", { count: 3 }));
  assertEquals(silent.json.result.content[0].text, "3 steps");
});

Deno.test("an event stream that nobody reads takes bounded memory, and the server lives on", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  await server.call("echo", { msg: "warm" });
  const before = residentBytes(server.pid);
  const gate = server.gate();
  // 200 MB of progress, and nobody takes any of it.
  const args = { count: 2_000, chars: 100_000, ...gate.arguments };
  const request = modernCall(1, "flood", args, { progressToken: "p" });
  using connection = await RawConnection.open(server.port);
  await connection.send(rawPost("/mcp", JSON.stringify(request), modernHeaders(request)));
  await connection.text("text/event-stream");
  await gate.flooded();
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, i) => server.call("echo", { msg: `${i}` })),
  );
  assertEquals(replies.map(({ status }) => status), Array(20).fill(200));
  const grown = residentBytes(server.pid) - before;
  assert(grown < 120_000_000, `it has grown by ${grown} bytes`);
  await gate.open();
});
