/** Tools that throw, return nonsense, never end or leave something behind: the server lives on. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { RETURNED_NAMES, THROWN_NAMES } from "./support/fixtures/hostile.ts";
import { legacyCall, modernCall } from "./support/mcp.ts";
import { postModern } from "./support/mcp_http.ts";
import { startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";

const READABLE = THROWN_NAMES.filter((what) => what !== "unreadable");

/** What must never reach a client. */
const INSIDES = /\bat .*:\d+:\d+|file:\/\/|\/src\/|gomcp-test-/;

Deno.test("over stdio, whatever a tool throws becomes a tool error", async (t) => {
  await using server = await startStdio({ fixtures: ["hostile"] });
  for (const what of READABLE) {
    for (const later of [false, true]) {
      await t.step(`${what}, ${later ? "later" : "at once"}`, async () => {
        const id = `${what} ${later}`;
        const { result } = await server.request(modernCall(id, "thrower", { what, later }));
        assertEquals(result?.isError, true, JSON.stringify(server.messages.items.at(-1)));
        assertNotMatch(JSON.stringify(result), INSIDES);
      });
    }
  }
  const error = await server.request(legacyCall("words", "thrower", { what: "error" }));
  assertMatch(error.result.content[0].text, /Tool "thrower" failed: it broke/);
});

Deno.test("over stdio, nonsense that a tool returns becomes a tool error", async (t) => {
  await using server = await startStdio({ fixtures: ["hostile"] });
  for (const what of RETURNED_NAMES) {
    await t.step(what, async () => {
      const { result } = await server.request(modernCall(what, "nonsense", { what }));
      assertEquals(result?.isError, true);
      const [block] = result.content;
      assertEquals(block.type, "text");
      assertMatch(block.text, /nonsense/);
      assert(block.text.length < 1_000);
      assertNotMatch(block.text, INSIDES);
    });
  }
  const lie = await server.request(modernCall("lie", "liar"));
  assertEquals([lie.result.isError, lie.result.structuredContent], [true, undefined]);
});

Deno.test("by REST and by MCP over HTTP, the same tools get the same answers", async () => {
  await using server = await startServer({ fixtures: ["hostile"] });
  const calls = [
    ...READABLE.map((what) => ["thrower", { what }] as const),
    ...RETURNED_NAMES.map((what) => ["nonsense", { what }] as const),
  ];
  for (const [tool, args] of calls) {
    const rest = await server.call(tool, args);
    assertEquals([rest.status, rest.json.isError], [200, true], rest.text.slice(0, 300));
    const { status, json } = await postModern(server, modernCall(1, tool, args));
    assertEquals([status, json.result?.content], [200, rest.json.content]);
  }
  assertEquals((await server.call("echo", { msg: "on" })).status, 200);
});

Deno.test("an error whose message cannot be read is a tool error like any other", async () => {
  await using server = await startServer({ fixtures: ["hostile"] });
  for (const later of [false, true]) {
    const { status, json } = await server.call("thrower", { what: "unreadable", later });
    assertEquals([status, json.isError], [200, true]);
  }
});

for (const how of ["promise", "timer"]) {
  Deno.test(`a ${how} that a tool leaves behind to fail does not end an HTTP server`, async () => {
    await using server = await startServer({ fixtures: ["hostile", "slow"] });
    const gate = server.gate();
    const open = server.call("gate", gate.arguments);
    await gate.reached();
    const done = await server.call("forgetful", { how });
    assertEquals(done.json.content[0].text, "done");
    await server.log.find(({ level }) => level === "error", "the record of it");
    await gate.open();
    assertEquals((await open).json.content[0].text, "open");
  });

  Deno.test(`a ${how} that a tool leaves behind to fail does not end a stdio server`, async () => {
    await using server = await startStdio({ fixtures: ["hostile"] });
    await server.request(modernCall(1, "forgetful", { how }));
    await server.log.find(({ level }) => level === "error", "the record of it");
    await server.request(modernCall(2, "echo", { msg: "on" }));
  });
}

Deno.test("calls that never end do not keep the others from ending", async () => {
  await using server = await startStdio({ fixtures: ["slow"], args: ["--timeout=100ms"] });
  for (let id = 0; id < 20; id++) await server.send(modernCall(`endless ${id}`, "endless"));
  assertEquals((await server.request(modernCall("quick", "echo", { msg: "q" }))).id, "quick");
  for (let id = 0; id < 20; id++) {
    assertEquals((await server.answer(`endless ${id}`)).error?.code, -31504);
  }
});
