/** The end of a stdio server: end of input, signals, and both adapters in one process. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { initialize, legacy, legacyCall, modern, modernCall } from "./support/mcp.ts";
import { startStdio, type StdioProcess } from "./support/stdio.ts";

async function draining(server: StdioProcess): Promise<void> {
  await server.log.find(({ message }) => message === "stopping", "the beginning of the drain");
}

Deno.test("at the end of its input stdio waits for the open calls, and exits with 0", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  const [one, two] = [server.gate("one"), server.gate("two")];
  await server.send(
    legacyCall(1, "gate", one.arguments),
    modernCall(2, "gate", two.arguments),
  );
  await Promise.all([one.reached(), two.reached()]);
  await server.closeInput();
  await two.open();
  assertEquals((await server.answer(2)).result.content[0].text, "open");
  assert(server.isAlive);
  assert(!await one.isAborted());
  await one.open();
  assertEquals((await server.answer(1)).result.content[0].text, "open");
  assertEquals((await server.exit()).code, 0);
});

Deno.test("at the end of its input stdio does not wait longer than the drain timeout", async () => {
  await using server = await startStdio({
    fixtures: ["slow"],
    args: ["--drain-timeout=300ms", "--timeout=1h"],
  });
  await server.send(legacyCall(1, "endless"));
  await server.request(legacy(2, "ping"));
  await server.closeInput();
  assertEquals((await server.exit(10_000)).code, 0);
  assertEquals((await server.answer(1)).error?.code, -31499);
});

Deno.test("at the end of its input stdio answers a call that passes its deadline", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  await server.send(legacyCall(1, "never"));
  await server.closeInput();
  assertEquals((await server.answer(1)).error?.code, -31504);
  assertEquals((await server.exit()).code, 0);
});

for (const end of ["the end of the input", "SIGTERM"]) {
  Deno.test(`at ${end} stdio ends its subscriptions with a word, and exits at once`, async () => {
    await using server = await startStdio({ args: ["--drain-timeout=1h"] });
    const notifications = { toolsListChanged: true };
    await server.send(modern("mine", "subscriptions/listen", { notifications }));
    await server.messages.next();
    if (end === "SIGTERM") server.signal(end);
    else await server.closeInput();
    assertEquals((await server.exit()).code, 0);
    const [cancelled, answer, ...rest] = server.messages.items.slice(1);
    assertEquals([cancelled?.method, cancelled?.params.requestId], [
      "notifications/cancelled",
      "mine",
    ]);
    const { id, result } = answer!;
    const subscription = result._meta["io.modelcontextprotocol/subscriptionId"];
    assertEquals([id, result.resultType, subscription], ["mine", "complete", "mine"]);
    assertEquals(rest, []);
  });
}

Deno.test("at the end of its input stdio does not wait for answers of its client", async () => {
  await using server = await startStdio({
    fixtures: ["protocol"],
    args: ["--drain-timeout=1h", "--timeout=1h"],
  });
  await server.request(initialize("hello", "2025-11-25", { elicitation: {} }));
  await server.send(legacyCall(1, "asking", server.gate().arguments));
  await server.messages.find(({ method }) => method === "elicitation/create", "the question");
  await server.closeInput();
  assertEquals((await server.exit()).code, 0);
  const { content, isError } = (await server.answer(1)).result;
  assertEquals(isError, true);
  assertMatch(content[0].text, /The client is gone/);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} lets the open calls of stdio finish, and exits with 0`, async () => {
    await using server = await startStdio({ fixtures: ["slow"] });
    const gate = server.gate();
    await server.send(legacyCall(1, "gate", gate.arguments));
    await gate.reached();
    server.signal(signal);
    await draining(server);
    const late = await server.request(legacyCall(2, "echo", { msg: "late" }));
    assertEquals([late.error?.code, late.error?.data.code], [-31503, "overloaded"]);
    assertEquals((await server.request(legacy(3, "ping"))).result, {});
    await gate.open();
    assertEquals((await server.answer(1)).result.content[0].text, "open");
    assertEquals((await server.exit()).code, 0);
  });
}

Deno.test("a signal a moment after the first ends stdio at once", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  await server.send(legacyCall(1, "gate", server.gate().arguments));
  await server.gate().reached();
  server.signal("SIGTERM");
  await draining(server);
  await server.insist("SIGTERM");
  assertEquals((await server.exit()).code, 143);
});

Deno.test("a signal ends a stdio server that waits for open calls at the end of its input", async () => {
  await using server = await startStdio({
    fixtures: ["slow"],
    args: ["--drain-timeout=200ms", "--timeout=1h"],
  });
  await server.send(legacyCall(1, "gate", server.gate().arguments));
  await server.gate().reached();
  await server.closeInput();
  server.signal("SIGTERM");
  assertEquals((await server.answer(1)).error?.code, -31499);
  assertEquals((await server.exit()).code, 0);
});

Deno.test("--mode=all serves both, and lives on when its stdin ends", async () => {
  await using server = await startStdio({
    fixtures: ["slow"],
    args: ["--mode=all", "--addr=127.0.0.1:0"],
  });
  const { url } = await server.log.find(({ message }) => message === "serving HTTP", "the address");
  const call = async (msg: string) => {
    const body = JSON.stringify({ tool: "echo", arguments: { msg } });
    return await (await fetch(`${url}/v1/tools/call`, { method: "POST", body })).json();
  };
  assertEquals((await server.request(initialize(1))).id, 1);
  assertEquals((await call("http")).content[0].text, "http");
  await server.closeInput();
  await server.log.find(({ message }) => message === "stdio ended", "the end of stdio");
  assertEquals((await call("still")).content[0].text, "still");
  server.signal("SIGTERM");
  assertEquals((await server.exit()).code, 0);
});
