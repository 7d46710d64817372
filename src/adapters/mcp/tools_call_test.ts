/** tools/call: parameters, outcomes in both eras, events, and what is open at once. */
import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import { CODE_TABLE, type ErrorCode } from "../../base/code_table.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { Call } from "../../pipeline/call.ts";
import { refuse } from "../../pipeline/outcome.ts";
import { createRuntime, type Runtime } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import type { HandlerContext } from "../../authoring/context.ts";
import type { Tool } from "../../tools/tool.ts";
import { receive } from "./endpoint.ts";
import { type Exchange, Peer } from "./peer.ts";
import { PROBLEM_KEY } from "../../protocol/problem_answer.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** A tool that returns what the test gives it. */
function returning(value: unknown, more: Record<string, unknown> = {}): Tool {
  const options = { name: "t", description: "Returns.", handler: () => value, ...more };
  return defineTool(options as never);
}

function setUp(tool: Tool, change: (runtime: Runtime) => Runtime = (runtime) => runtime) {
  const clock = new FakeClock();
  const runtime = change(createRuntime({ tools: [tool], clock }));
  const peer = new Peer("stdio", { address: "::1" });
  const notes: { method: string; params: Record<string, unknown> }[] = [];
  const exchange: Exchange = {
    notify: (text) => notes.push(JSON.parse(text)),
    request: () => true,
  };
  const send = (params: Record<string, unknown>, id: string | number = 1) =>
    receive(runtime, { id, method: "tools/call", params }, peer, exchange);
  const ask = async (params: Record<string, unknown>, id?: string | number) => {
    const text = await send({ name: "t", ...params }, id);
    return text === undefined ? undefined : JSON.parse(text);
  };
  return { clock, peer, notes, exchange, send, ask };
}

/** Runs until the test ends it. */
function waiting() {
  const runs: { readonly context: HandlerContext; readonly end: (text: string) => void }[] = [];
  const tool = defineTool({
    name: "t",
    description: "Waits.",
    handler: (_, context) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      runs.push({ context, end: resolve });
      return promise;
    },
  });
  return { tool, runs };
}

const TEXT = { content: [{ type: "text", text: "hi" }] };

Deno.test("tools/call answers the legacy era with the bare result", async () => {
  assertEquals(await setUp(returning("hi")).ask({}), { jsonrpc: "2.0", id: 1, result: TEXT });
});

Deno.test("tools/call answers the modern era with type and server", async () => {
  const { result } = await setUp(returning("hi")).ask({ _meta: META });
  assertEquals(Object.keys(result), ["content", "resultType", "_meta"]);
  assertEquals(result.resultType, "complete");
  assertEquals(Object.keys(result._meta), ["io.modelcontextprotocol/serverInfo"]);
});

Deno.test("tools/call refuses a name that is none", async () => {
  const { ask } = setUp(returning("hi"));
  for (const name of [undefined, null, 7, {}, ["t"]]) {
    assertEquals((await ask({ name })).error.code, -32602);
  }
});

Deno.test("tools/call of an unknown tool is -32602, which both eras know", async () => {
  const { ask } = setUp(returning("hi"));
  for (const params of [{ name: "x" }, { name: "x", _meta: META }]) {
    const { error } = await ask(params);
    assertEquals([error.code, error.data], [-32602, { code: "unknown_tool" }]);
  }
});

Deno.test("tools/call takes no arguments for empty ones", async () => {
  const { ask } = setUp(returning("hi"));
  for (const params of [{}, { arguments: {} }]) assertEquals((await ask(params)).result, TEXT);
});

Deno.test("tools/call makes a tool result of wrong arguments, with the pointer, without the values", async () => {
  const tool = returning("hi", { input: z.object({ a: z.object({ b: z.number() }) }) });
  for (const more of [{}, { _meta: META }]) {
    const answer = await setUp(tool).ask({ arguments: { a: { b: "hunter2" } }, ...more });
    assertEquals(answer.result.isError, true);
    assertEquals(answer.result._meta[PROBLEM_KEY], {
      code: "invalid_arguments",
      pointer: "/a/b",
    });
    assertEquals(JSON.stringify(answer).includes("hunter2"), false);
    assert(answer.result.content[0].text.includes('"/a/b"'));
  }
});

Deno.test("tools/call refuses arguments that are no object", async () => {
  for (const args of [[], "x", 7, true]) {
    const { result } = await setUp(returning("hi")).ask({ arguments: args });
    assertEquals(result.isError, true);
  }
});

for (const code of Object.keys(CODE_TABLE) as ErrorCode[]) {
  Deno.test(`tools/call carries the problem ${code} as the table says`, async () => {
    const problem = refuse(code, "why", { retryAfterMs: 1_500, limit: 7, remaining: 0 });
    const { ask, exchange } = setUp(
      returning("hi"),
      (runtime) => ({ ...runtime, handle: () => problem }),
    );
    for (const more of [{}, { _meta: META }]) {
      const { result, error } = await ask(more);
      if (code === "capability_required" && !("_meta" in more)) {
        // The handshake era has no such error: the model reads it.
        assertEquals([result.isError, result.content[0].text], [true, "why"]);
        continue;
      }
      const data = { code, retryAfterMs: 1_500, limit: 7, remaining: 0 };
      if (CODE_TABLE[code].asToolResult) {
        assertEquals([result.isError, result.content[0].text], [true, "why"]);
        assertEquals(result._meta[PROBLEM_KEY], data);
      } else {
        assertEquals(error, { code: CODE_TABLE[code].jsonRpc, message: "why", data });
      }
    }
    assertEquals(exchange.retryAfterMs, 1_500);
  });
}

Deno.test("tools/call gives a tool's own failure as a result that is an error", async () => {
  const tool = returning({ content: [{ type: "text", text: "no" }], isError: true });
  const { result } = await setUp(tool).ask({});
  assertEquals(result, { content: [{ type: "text", text: "no" }], isError: true });
});

Deno.test("tools/call gives legacy clients structured content only when it is an object", async () => {
  const values = [[{ a: 1 }, true], [{}, true], [[1], false], ["x", false], [7, false], [
    null,
    false,
  ]];
  for (const [structuredContent, shown] of values) {
    const { ask } = setUp(returning({ content: [], structuredContent }));
    const expected = shown ? { content: [], structuredContent } : { content: [] };
    assertEquals((await ask({})).result, expected);
    assertEquals((await ask({ _meta: META })).result.structuredContent, structuredContent);
  }
});

Deno.test("tools/call never gives legacy clients structured content that is no object on the wire", async () => {
  for (const value of [new Date(0), new URL("https://example.com/")]) {
    const { result } = await setUp(returning(value)).ask({});
    const { structuredContent = {} } = result;
    assertEquals(typeof structuredContent, "object");
  }
});

Deno.test("tools/call keeps a result's own metadata in both eras", async () => {
  const { ask } = setUp(returning({ content: [], _meta: { "a/b": 1 } }));
  assertEquals((await ask({})).result._meta, { "a/b": 1 });
  const modern = (await ask({ _meta: META })).result._meta;
  assertEquals(modern["a/b"], 1);
  assert("io.modelcontextprotocol/serverInfo" in modern);
});

Deno.test("tools/call tells the tool who calls: by the handshake, or by the modern metadata", async () => {
  const seen: unknown[] = [];
  const tool = defineTool({
    name: "t",
    description: "Looks.",
    handler: (_, { client: { name, version, address }, requestId }) => {
      seen.push({ name, version, address, requestId });
      return "";
    },
  });
  const { peer, ask } = setUp(tool);
  peer.client = { name: "shaken", address: "::1" };
  const clientInfo = { name: "claimed", version: "2" };
  const _meta = { ...META, "io.modelcontextprotocol/clientInfo": clientInfo };
  await ask({}, "a");
  await ask({ _meta }, 2);
  // The legacy era has no such key: it says nothing there.
  await ask({ _meta: { "io.modelcontextprotocol/clientInfo": clientInfo } }, 3);
  assertEquals(seen, [
    { name: "shaken", version: undefined, address: "::1", requestId: "a" },
    { name: "claimed", version: "2", address: "::1", requestId: 2 },
    { name: "shaken", version: undefined, address: "::1", requestId: 3 },
  ]);
});

const TOKENS = [["p", true], ["", true], [0, true], [7, true], [null, false], [{}, false]] as const;

for (const [progressToken, heard] of TOKENS) {
  Deno.test(`tools/call ${heard ? "sends" : "does not send"} progress for the token ${JSON.stringify(progressToken)}`, async () => {
    const tool = defineTool({
      name: "t",
      description: "Works.",
      handler: (_, { progress }) => {
        progress(1, 2, "half");
        return "";
      },
    });
    const { ask, notes } = setUp(tool);
    await ask({ _meta: { progressToken } });
    await ask({ _meta: { ...META, progressToken } });
    const params = { progressToken, progress: 1, total: 2, message: "half" };
    const note = { jsonrpc: "2.0", method: "notifications/progress", params };
    assertEquals(notes as unknown[], heard ? [note, note] : []);
  });
}

const logging = defineTool({
  name: "t",
  description: "Logs.",
  handler: (_, { log }) => {
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e", { n: 1 });
    return "";
  },
});

const LEVELS: readonly (readonly [string | undefined, readonly unknown[]])[] = [
  [undefined, []],
  ["debug", ["d", "i", "w", { message: "e", n: 1 }]],
  ["notice", ["w", { message: "e", n: 1 }]],
  ["error", [{ message: "e", n: 1 }]],
  ["critical", []],
];

for (const [level, data] of LEVELS) {
  Deno.test(`tools/call sends the log from ${level} on, in both eras`, async () => {
    const legacy = setUp(logging);
    legacy.peer.logLevel = level as never;
    await legacy.ask({});
    assertEquals(legacy.notes.map(({ params }) => params.data), [...data]);
    const modern = setUp(logging);
    const _meta = { ...META, ...(level && { "io.modelcontextprotocol/logLevel": level }) };
    await modern.ask({ _meta });
    assertEquals(modern.notes, legacy.notes);
  });
}

Deno.test("tools/call sends the modern era no log that a legacy client has asked for", async () => {
  const { peer, ask, notes } = setUp(logging);
  peer.logLevel = "debug";
  await ask({ _meta: META });
  assertEquals(notes, []);
});

Deno.test("tools/call survives log records that are not JSON", async () => {
  const tool = defineTool({
    name: "t",
    description: "Logs.",
    handler: (_, { log }) => {
      log.info("odd", { n: 1n });
      log.info("odder", { n: 1n, toString: 1 });
      return "hi";
    },
  });
  const { peer, ask, notes } = setUp(tool);
  peer.logLevel = "debug";
  assertEquals((await ask({})).result, TEXT);
  assertEquals(notes.length, 2);
});

Deno.test("tools/call sends nothing after its answer", async () => {
  const { tool, runs } = waiting();
  const { ask, notes } = setUp(tool);
  const answer = ask({ _meta: { progressToken: "p" } });
  const { context, end } = runs[0]!;
  context.progress(1);
  end("hi");
  assertEquals((await answer).result, TEXT);
  context.progress(2);
  assertEquals(notes.length, 1);
});

Deno.test("tools/call keeps a call open until its answer", async () => {
  const { tool, runs } = waiting();
  const { peer, ask } = setUp(tool);
  const answer = ask({}, "a");
  assertEquals([...peer.open.keys()], ["a"]);
  runs[0]!.end("hi");
  await answer;
  assertEquals(peer.open.size, 0);
});

Deno.test("tools/call tells the exchange of a call that is not answered at once, and of no other", async () => {
  const pending: unknown[] = [];
  const { tool, runs } = waiting();
  const slow = setUp(tool);
  slow.exchange.onPending = (call) => pending.push((call as Call).id);
  const answer = slow.ask({}, "slow");
  runs[0]!.end("hi");
  await answer;
  const quick = setUp(returning("hi"));
  quick.exchange.onPending = (call) => pending.push((call as Call).id);
  await quick.ask({}, "quick");
  assertEquals(pending, ["slow"]);
});

Deno.test("tools/call has no answer for a call that was cancelled by its client", async () => {
  const { tool, runs } = waiting();
  const { peer, ask } = setUp(tool);
  const answer = ask({}, 1);
  const call = peer.open.get(1)!;
  peer.open.delete(1);
  call.cancel();
  assertEquals(await answer, undefined);
  runs[0]!.end("late");
});

Deno.test("tools/call answers a call that was stopped from elsewhere", async () => {
  const { tool, runs } = waiting();
  const { clock, peer, ask } = setUp(tool);
  const answer = ask({}, 1);
  clock.advance(30_020);
  const { error } = await answer;
  assertEquals([error.code, error.data.code], [-31504, "deadline_exceeded"]);
  assertEquals(peer.open.size, 0);
  runs[0]!.end("late");
});

for (const [open, refused] of [[-1, false], [0, true], [1, true]] as const) {
  Deno.test(`tools/call ${refused ? "refuses" : "takes"} a call when ${open} more than allowed are open`, async () => {
    const { peer, ask, exchange } = setUp(returning("hi"));
    for (let id = 0; id < LIMITS.openRequestsMax + open; id++) {
      peer.open.set(`open ${id}`, new Call({ tool: "t", args: {}, adapter: "stdio" }));
    }
    const answer = await ask({}, "new");
    assertEquals(answer.error?.code, refused ? -31503 : undefined);
    assertEquals(exchange.retryAfterMs, refused ? 1_000 : undefined);
    assertEquals(answer.id, "new");
  });
}
