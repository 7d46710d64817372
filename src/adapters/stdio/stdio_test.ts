/** Whole conversations over stdio, with a reader and a writer that the test holds. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as z from "zod";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { createRuntime, type RuntimeOptions } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import type { HandlerContext } from "../../authoring/context.ts";
import type { ByteWriter } from "./output.ts";
import { type ByteReader, serveStdio, type StdioEnd, type StdioOptions } from "./stdio.ts";

interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Gives the bytes that the test sends, cut as the reader's buffer demands. */
class TestReader implements ByteReader {
  reads = 0;
  #rest: Uint8Array[] = [];
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  send(text: string): void {
    this.#rest.push(new TextEncoder().encode(text));
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }

  async read(into: Uint8Array): Promise<number | null> {
    this.reads++;
    while (this.#rest.length === 0 && !this.#ended && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.#failure !== undefined) throw this.#failure;
    const [bytes] = this.#rest;
    if (bytes === undefined) return null;
    const count = Math.min(bytes.length, into.length);
    into.set(bytes.subarray(0, count));
    if (count === bytes.length) this.#rest.shift();
    else this.#rest[0] = bytes.subarray(count);
    return count;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await undefined;
}

const add = defineTool({
  name: "add",
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number() }),
  handler: ({ a, b }) => `${a + b}`,
});

/** Each run ends when the test says so. */
function waitTool() {
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

function setUp(
  options: Partial<StdioOptions> & { readonly runtime?: Partial<RuntimeOptions> } = {},
) {
  const clock = new FakeClock();
  const { tool, runs } = waitTool();
  const runtime = createRuntime({ tools: [add, tool], clock, ...options.runtime });
  const input = new TestReader();
  let written = "";
  const output: ByteWriter = {
    write: (bytes) => {
      written += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  let end: StdioEnd | undefined;
  const served = serveStdio(runtime, { input, output, ...options }).then((why) => end = why);
  /** What the client has got since it last looked. */
  const received = async (): Promise<Message[]> => {
    await settle();
    const lines = written.split("\n");
    assertEquals(lines.pop(), "");
    written = "";
    return lines.map((line) => JSON.parse(line));
  };
  const send = (...messages: unknown[]) =>
    input.send(messages.map((message) => JSON.stringify(message) + "\n").join(""));
  const ask = (...messages: unknown[]) => {
    send(...messages);
    return received();
  };
  /** Ends the conversation, so that nothing is left of the test. */
  const finish = async (): Promise<StdioEnd> => {
    for (const run of runs) run.end("finished");
    input.end();
    return await served;
  };
  return { clock, runtime, input, runs, send, ask, received, finish, ended: () => end, served };
}

function legacy(id: string | number, method: string, params?: unknown) {
  return { jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) };
}

function modern(id: string | number, method: string, params: Record<string, unknown> = {}) {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  return { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
}

function initialize(version: string) {
  return legacy("init", "initialize", { protocolVersion: version, capabilities: {} });
}

function cancel(requestId: unknown) {
  return { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } };
}

const ADD = { name: "add", arguments: { a: 1, b: 2 } };
const WAIT = { name: "wait", arguments: {} };

function textOf(message: Message | undefined): unknown {
  return (message?.result?.content as { text: string }[] | undefined)?.[0]?.text;
}

Deno.test("serveStdio() shakes hands, lists and calls in the legacy era", async () => {
  const { ask, finish } = setUp();
  const [hello] = await ask(initialize("2025-06-18"));
  assertEquals([hello?.id, hello?.result?.protocolVersion], ["init", "2025-06-18"]);
  assertEquals(await ask({ jsonrpc: "2.0", method: "notifications/initialized" }), []);
  const [list, call] = await ask(legacy(1, "tools/list"), legacy(2, "tools/call", ADD));
  assertEquals((list?.result?.tools as { name: string }[]).map(({ name }) => name), [
    "add",
    "wait",
  ]);
  assertEquals(
    call,
    { jsonrpc: "2.0", id: 2, result: { content: [{ type: "text", text: "3" }] } },
  );
  assertEquals(await finish(), "end_of_input");
});

Deno.test("serveStdio() answers every message in its own era, both mixed", async () => {
  const { ask, finish } = setUp();
  const answers = await ask(
    modern(1, "server/discover"),
    initialize("2025-11-25"),
    modern(2, "tools/call", ADD),
    legacy(3, "tools/call", ADD),
    legacy(4, "ping"),
    modern(5, "ping"),
    modern(6, "initialize"),
    legacy(7, "server/discover"),
  );
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  assertEquals(byId.get(1)?.result?.supportedVersions, ["2026-07-28"]);
  assertEquals(byId.get("init")?.result?.protocolVersion, "2025-11-25");
  assertEquals(byId.get(2)?.result?.resultType, "complete");
  assertEquals(byId.get(3)?.result, { content: [{ type: "text", text: "3" }] });
  assertEquals(byId.get(4)?.result, {});
  assertEquals(byId.get(5)?.error?.code, -32601);
  assertEquals(byId.get(6)?.error?.code, -32601);
  // The era's probe must never be answered with -32601 by a server of both eras.
  assertEquals(byId.get(7)?.error?.code, -32602);
  assertEquals(answers.length, 8);
  await finish();
});

const MALFORMED: readonly (readonly [string, number])[] = [
  ["{", -32700],
  ["nonsense", -32700],
  ["😀", -32700],
  ['{"jsonrpc":"2.0","id":1,"method":"ping"}}', -32700],
  ["\u0000", -32700],
  ["7", -32600],
  ["null", -32600],
  ["[]", -32600],
  ["{}", -32600],
  ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600],
];

for (const [line, code] of MALFORMED) {
  Deno.test(`serveStdio() answers the line ${JSON.stringify(line)} with ${code} and goes on`, async () => {
    const { input, ask, finish } = setUp();
    input.send(line + "\n");
    const [fault, pong, ...more] = await ask(legacy(1, "ping"));
    assertEquals([fault?.error?.code, "id" in fault!], [code, false]);
    assertEquals([pong?.id, more.length], [1, 0]);
    // Strict JSON readers refuse half a character.
    assert(fault!.error!.message.isWellFormed());
    await finish();
  });
}

Deno.test("serveStdio() sends the id back of a request that is wrong otherwise", async () => {
  const { ask, finish } = setUp();
  const [answer] = await ask({ jsonrpc: "2.0", id: "a", method: "ping", params: [] });
  assertEquals([answer?.id, answer?.error?.code], ["a", -32600]);
  await finish();
});

Deno.test("serveStdio() passes over empty lines and takes CRLF for an end of line", async () => {
  const { input, received, finish } = setUp();
  input.send(`\n\r\n${JSON.stringify(legacy(1, "ping"))}\r\n\r\n`);
  assertEquals((await received()).map(({ id }) => id), [1]);
  await finish();
});

Deno.test("serveStdio() answers neither responses nor unknown notifications", async () => {
  const { ask, finish } = setUp();
  const messages = [
    { jsonrpc: "2.0", id: 1, result: {} },
    { jsonrpc: "2.0", id: 1, error: { code: 1, message: "x" } },
    { jsonrpc: "2.0", method: "notifications/unknown" },
    { jsonrpc: "2.0", method: "tools/list" },
  ];
  assertEquals(await ask(...messages), []);
  await finish();
});

Deno.test("serveStdio() takes a message up to its limit, refuses a longer one, and goes on", async () => {
  const { input, received, finish } = setUp();
  const of = (bytes: number) => {
    const empty = JSON.stringify(legacy(1, "ping", { pad: "" }));
    return JSON.stringify(legacy(1, "ping", { pad: "x".repeat(bytes - empty.length) })) + "\n";
  };
  for (const bytes of [-1, 0, 1]) input.send(of(LIMITS.messageBytesMax + bytes));
  input.send(JSON.stringify(legacy(2, "ping")) + "\n");
  const answers: Message[] = [];
  for (let turn = 0; turn < 20; turn++) answers.push(...await received());
  assertEquals(answers.map(({ id, error }) => id ?? error?.code), [1, 1, -32600, 2]);
  assertEquals(answers[2]?.error?.data, { code: "too_large", limit: LIMITS.messageBytesMax });
  await finish();
});

Deno.test("serveStdio() answers calls as they end, not as they came", async () => {
  const { runs, ask, received, finish } = setUp();
  await ask(legacy(1, "tools/call", WAIT), legacy(2, "tools/call", WAIT));
  runs[1]!.end("second");
  assertEquals((await received()).map(({ id }) => id), [2]);
  runs[0]!.end("first");
  assertEquals((await received()).map(({ id }) => id), [1]);
  await finish();
});

Deno.test("serveStdio() refuses the id of an open request, without that id", async () => {
  const { runs, ask, received, finish } = setUp();
  await ask(legacy(1, "tools/call", WAIT));
  const [refusal, ...more] = await ask(legacy(1, "tools/call", WAIT));
  assertEquals([refusal?.error?.code, "id" in refusal!, more.length], [-32600, false, 0]);
  assertEquals(runs.length, 1);
  runs[0]!.end("first");
  assertEquals((await received()).map(textOf), ["first"]);
  await ask(legacy(1, "tools/call", WAIT));
  assertEquals(runs.length, 2);
  await finish();
});

Deno.test('serveStdio() tells the id 1 from the id "1"', async () => {
  const { runs, ask, received, finish } = setUp();
  assertEquals(await ask(legacy(1, "tools/call", WAIT), legacy("1", "tools/call", WAIT)), []);
  runs[1]!.end("text");
  assertEquals((await received()).map(({ id }) => id), ["1"]);
  await finish();
});

Deno.test("serveStdio() sends nothing any more for a request that was cancelled", async () => {
  const { runs, ask, received, finish } = setUp();
  const progressing = { ...WAIT, _meta: { progressToken: "p" } };
  await ask(legacy(1, "tools/call", progressing));
  const { context, end } = runs[0]!;
  assertEquals(await ask(cancel(1)), []);
  assertEquals(context.signal.aborted, true);
  context.progress(1);
  end("late");
  assertEquals(await received(), []);
  assertEquals(await ask(legacy(1, "tools/call", ADD)), [
    { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "3" }] } },
  ]);
  await finish();
});

Deno.test("serveStdio() leaves alone what a cancellation does not mean", async () => {
  const { runs, ask, received, finish } = setUp();
  await ask(legacy(1, "tools/call", WAIT));
  const none = { jsonrpc: "2.0", method: "notifications/cancelled" };
  assertEquals(await ask(cancel("1"), cancel(2), cancel(null), cancel({}), none), []);
  assertEquals(runs[0]!.context.signal.aborted, false);
  runs[0]!.end("done");
  assertEquals((await received()).map(textOf), ["done"]);
  await finish();
});

Deno.test("serveStdio() sends progress and log messages ahead of the answer, and none after it", async () => {
  const { runs, ask, received, finish } = setUp();
  await ask(
    initialize("2025-11-25"),
    legacy(1, "logging/setLevel", { level: "warning" }),
    legacy(2, "tools/call", { ...WAIT, _meta: { progressToken: 7 } }),
  );
  const { context, end } = runs[0]!;
  context.progress(1, 2, "half");
  context.log.info("not wanted");
  context.log.warn("wanted", { n: 1 });
  end("done");
  await settle();
  context.progress(2);
  context.log.error("late");
  assertEquals(await received(), [
    {
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken: 7, progress: 1, total: 2, message: "half" },
    },
    {
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "warning", logger: "tool", data: { message: "wanted", n: 1 } },
    },
    { jsonrpc: "2.0", id: 2, result: { content: [{ type: "text", text: "done" }] } },
  ]);
  await finish();
});

for (const version of [undefined, "2024-11-05", "2025-06-18", "2025-11-25"]) {
  Deno.test(`serveStdio() refuses a batch of a client of ${version ?? "no handshake"}`, async () => {
    const { ask, finish } = setUp();
    if (version !== undefined) await ask(initialize(version));
    const [refusal, ...more] = await ask([legacy(1, "ping")]);
    assertEquals([refusal?.error?.code, "id" in refusal!, more.length], [-32600, false, 0]);
    assertStringIncludes(refusal!.error!.message, "2025-03-26");
    await finish();
  });
}

Deno.test("serveStdio() answers a batch of 2025-03-26 as one line, when its last call has ended", async () => {
  const { runs, ask, received, finish } = setUp();
  await ask(initialize("2025-03-26"));
  const batch = [
    legacy(1, "tools/call", WAIT),
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: 9, result: {} },
    legacy(2, "tools/call", ADD),
    { jsonrpc: "2.0", id: null, method: "ping" },
  ];
  assertEquals(await ask(batch), []);
  runs[0]!.end("first");
  const [answers] = await received() as unknown as Message[][];
  assertEquals(answers?.map(({ id, error }) => id ?? error?.code), [1, 2, -32600]);
  await finish();
});

Deno.test("serveStdio() waits for its open calls at the end of the input, and then ends", async () => {
  const { clock, runs, input, ask, received, ended, served } = setUp();
  await ask(legacy(1, "tools/call", WAIT));
  input.end();
  await settle();
  assertEquals(ended(), undefined);
  runs[0]!.end("done");
  assertEquals((await received()).map(textOf), ["done"]);
  assertEquals(await served, "end_of_input");
  clock.advance(20);
  assertEquals(clock.pending, 0);
});

Deno.test("serveStdio() does not wait at the end of the input for what only the client could end", async () => {
  const ask = defineTool({
    name: "ask",
    description: "Asks.",
    handler: async (_, { elicit }) => (await elicit({ message: "Go", url: "x:y" })).action,
  });
  const late = defineTool({
    name: "late",
    description: "Asks when nobody answers any more.",
    handler: async (_, { elicit }) => {
      while (input.reads < 2) await undefined;
      return (await elicit({ message: "Go", url: "x:y" })).action;
    },
  });
  const { clock, runtime, input, send, received, ended } = setUp({
    runtime: { tools: [ask, late] },
  });
  send(
    legacy("init", "initialize", {
      protocolVersion: "2025-11-25",
      capabilities: { elicitation: { url: {} } },
    }),
    modern("listen", "subscriptions/listen", { notifications: {} }),
    legacy("ask", "tools/call", { name: "ask" }),
    legacy("late", "tools/call", { name: "late" }),
  );
  input.end();
  const messages = await received();
  assertEquals(ended(), "end_of_input");
  const answer = (id: string) => messages.find((message) => message.id === id);
  assertEquals(answer("listen")?.result?.resultType, "complete");
  for (const id of ["ask", "late"]) {
    assertEquals(textOf(answer(id)), `Tool "${id}" failed: The client is gone`);
  }
  assertEquals(runtime.events.size, 0);
  clock.advance(20);
  assertEquals(clock.pending, 0);
});

Deno.test("serveStdio() takes a last message that no newline follows", async () => {
  const { input, received, served } = setUp();
  input.send(JSON.stringify(legacy(1, "tools/call", ADD)));
  input.end();
  assertEquals((await received()).map(textOf), ["3"]);
  assertEquals(await served, "end_of_input");
});

Deno.test("serveStdio() stops at the end of the drain what still runs, and answers that too", async () => {
  const { clock, runs, input, ask, received, ended, served } = setUp({ drainTimeoutMs: 5_000 });
  await ask(legacy(1, "tools/call", WAIT));
  input.end();
  await settle();
  clock.advance(4_999);
  await settle();
  assertEquals(ended(), undefined);
  clock.advance(1);
  const [answer] = await received();
  assertEquals([answer?.id, answer?.error?.code], [1, -31499]);
  assertEquals(await served, "end_of_input");
  runs[0]!.end("late");
  await settle();
});

Deno.test("serveStdio() ends when its signal aborts, after its open calls", async () => {
  const stop = new AbortController();
  const { runs, input, ask, received, ended, served } = setUp({ signal: stop.signal });
  await ask(legacy(1, "tools/call", WAIT));
  stop.abort();
  await settle();
  assertEquals(ended(), undefined);
  input.send(JSON.stringify(legacy(2, "ping")) + "\n");
  runs[0]!.end("done");
  assertEquals((await received()).map(({ id }) => id), [1]);
  assertEquals(await served, "stopped");
});

Deno.test("serveStdio() reads nothing when its signal was aborted before", async () => {
  const { input, served } = setUp({ signal: AbortSignal.abort() });
  assertEquals(await served, "stopped");
  assertEquals(input.reads, 0);
});

Deno.test("serveStdio() stops the open calls when the client has closed its end", async () => {
  const broken: ByteWriter = { write: () => Promise.reject(new Error("EPIPE")) };
  const { runs, send, served } = setUp({ output: broken });
  send(legacy(1, "tools/call", WAIT), legacy(2, "ping"));
  assertEquals(await served, "client_lost");
  assertEquals(runs[0]!.context.signal.aborted, true);
  runs[0]!.end("late");
});

Deno.test("serveStdio() takes a reader that fails for a client that is lost", async () => {
  const { runs, input, ask, served } = setUp();
  await ask(legacy(1, "tools/call", WAIT));
  input.fail(new Error("EIO"));
  assertEquals(await served, "client_lost");
  assertEquals(runs[0]!.context.signal.aborted, true);
  runs[0]!.end("late");
});

Deno.test("serveStdio() ends at last when the client reads no more, also after the end of the input", async () => {
  for (const ends of [false, true]) {
    const stalled: ByteWriter = { write: () => new Promise(() => {}) };
    const { clock, input, send, ended } = setUp({ output: stalled });
    send(legacy(1, "ping"));
    if (ends) input.end();
    await settle();
    assertEquals(ended(), undefined);
    clock.advance(LIMITS.outputStallMs);
    await settle();
    if (ends) assert(ended() !== undefined);
    else assertEquals(ended(), "client_lost");
  }
});

Deno.test("serveStdio() reads no more from a client that does not read its answers", async () => {
  const big = defineTool({
    name: "big",
    description: "Gives much.",
    handler: () => "x".repeat(LIMITS.outputSoftBytesMax),
  });
  const stalled: ByteWriter = { write: () => new Promise(() => {}) };
  const { input, send, runtime, served, clock } = setUp({
    output: stalled,
    runtime: { tools: [big] },
  });
  for (let id = 0; id < 10; id++) {
    send(legacy(id, "tools/call", { name: "big" }));
    await settle();
  }
  assertEquals(runtime.stats().started, 1);
  assertEquals(input.reads, 1);
  clock.advance(LIMITS.outputStallMs);
  assertEquals(await served, "client_lost");
});

Deno.test("serveStdio() lets the messages of one chunk wait for a client that is behind, and loses none", async () => {
  const big = defineTool({
    name: "big",
    description: "Gives much.",
    handler: () => "x".repeat(LIMITS.outputSoftBytesMax),
  });
  let release: (() => void) | undefined;
  let written = "";
  const slow: ByteWriter = {
    write: (bytes) => {
      written += new TextDecoder().decode(bytes);
      return new Promise((resolve) => release = () => resolve(bytes.length));
    },
  };
  const { input, send, runtime, ended } = setUp({ output: slow, runtime: { tools: [big] } });
  const calls = Array.from({ length: 5 }, (_, id) => legacy(id, "tools/call", { name: "big" }));
  send(...calls);
  input.end();
  for (let started = 1; started <= 5; started++) {
    await settle();
    assertEquals(runtime.stats().started, started);
    assertEquals(ended(), undefined);
    release?.();
  }
  await settle();
  assertEquals(ended(), "end_of_input");
  assertEquals(written.trimEnd().split("\n").map((line) => JSON.parse(line).id), [0, 1, 2, 3, 4]);
});

Deno.test("serveStdio() takes so many open requests of one client, and refuses the next as overloaded", async () => {
  const max = LIMITS.openRequestsMax;
  const { runs, ask, received, finish } = setUp({ runtime: { maxWorkers: max + 1 } });
  const calls = Array.from({ length: max }, (_, id) => legacy(id, "tools/call", WAIT));
  assertEquals(await ask(...calls), []);
  for (let turn = 0; turn < 20 && runs.length < max; turn++) await settle();
  assertEquals(runs.length, max);
  const [refusal] = await ask(legacy("more", "tools/call", ADD));
  assertEquals([refusal?.id, refusal?.error?.code], ["more", -31503]);
  assertEquals(refusal?.error?.data, {
    code: "overloaded",
    limit: max,
    remaining: 0,
    retryAfterMs: 1_000,
  });
  runs[0]!.end("done");
  await received();
  assertEquals((await ask(legacy("again", "tools/call", ADD))).map(textOf), ["3"]);
  await finish();
});

Deno.test("serveStdio() writes nothing but messages, one a line", async () => {
  const { ask, finish } = setUp();
  const answers = await ask(
    legacy(1, "tools/call", { name: "add", arguments: { a: "hunter2\n" } }),
    legacy(2, "tools/call", { name: "a\nb" }),
    legacy("line\nbreak", "ping"),
  );
  assertEquals(answers.map(({ id }) => id), [1, 2, "line\nbreak"]);
  assertEquals(JSON.stringify(answers).includes("hunter2"), false);
  assert(answers[0]?.result?.isError);
  await finish();
});
