/** Handlers that ask legacy clients: requests of the server's own, answered while the call is open. */
import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import type { HandlerContext } from "../../authoring/context.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { definePrompt } from "../../prompts/define_prompt.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import { receive } from "./endpoint.ts";
import { type Exchange, Peer } from "./peer.ts";

type Values = Record<string, unknown>;
type Handler = (ctx: HandlerContext) => unknown;

const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const NAME = { message: "Your name?", schema: z.object({ name: z.string() }) };

function setUp(handler: Handler, capabilities: Values = ALL) {
  const run = (_: unknown, ctx: HandlerContext) => handler(ctx);
  const clock = new FakeClock();
  const runtime = createRuntime({
    clock,
    tools: [defineTool({ name: "t", description: "Asks.", timeout: "5s", handler: run as never })],
    prompts: [definePrompt({ name: "t", handler: run as never })],
  });
  const peer = new Peer("stdio", {});
  peer.capabilities = capabilities;
  const asked: { id: string; method: string; params: Values; jsonrpc: string }[] = [];
  const told: { method: string; params: Values }[] = [];
  const exchange: Exchange = {
    notify: (text) => void told.push(JSON.parse(text)),
    request: (text) => {
      asked.push(JSON.parse(text));
      return true;
    },
  };
  const receiveAs = (message: Parameters<typeof receive>[1]) =>
    receive(runtime, message, peer, exchange);
  const send = async (method = "tools/call", id: string | number = 1) => {
    const text = await receiveAs({ id, method, params: { name: "t" } });
    return text === undefined ? undefined : JSON.parse(text);
  };
  const answer = (result: unknown, id = asked.at(-1)?.id) =>
    peer.questions.take({ jsonrpc: "2.0", id, result });
  return { clock, peer, exchange, asked, told, send, answer, receiveAs };
}

const asksName: Handler = async ({ elicit }) => {
  const { action, content } = await elicit(NAME);
  return action === "accept" ? `Hello, ${content.name}` : action;
};

const asksRoots: Handler = async ({ roots }) => `${(await roots()).length}`;

/** The event loop goes round once. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

function assertFailed(answer: { result: Values }, text: string): void {
  const [block] = answer.result.content as { text: string }[];
  assertEquals(answer.result.isError, true);
  assert(block!.text.includes(text), block!.text);
}

Deno.test("a question goes out as a request, and the call is answered once its answer is there", async () => {
  const { send, asked, answer, peer } = setUp(asksName);
  const call = send();
  const requestedSchema = {
    type: "object",
    properties: { name: { type: "string" } },
    required: ["name"],
  };
  assertEquals(asked, [{
    jsonrpc: "2.0",
    id: "gomcp-1",
    method: "elicitation/create",
    params: { message: "Your name?", requestedSchema },
  }]);
  assertEquals(peer.open.size, 1);
  answer({ action: "accept", content: { name: "Ann" } });
  const { result } = await call;
  assertEquals(result, { content: [{ type: "text", text: "Hello, Ann" }] });
  assertEquals(peer.open.size, 0);
});

Deno.test("questions are numbered over all calls of a client, and answered in any order", async () => {
  const { send, asked, answer } = setUp(async ({ roots }) => {
    const [a, b] = await Promise.all([roots(), roots()]);
    return `${a.length} ${b.length}`;
  });
  const calls = [send("tools/call", 1), send("tools/call", 2)];
  assertEquals(asked.map(({ id }) => id), ["gomcp-1", "gomcp-2", "gomcp-3", "gomcp-4"]);
  const root = { uri: "file:///a" };
  for (const [id, count] of [[4, 4], [1, 1], [3, 3], [2, 2]]) {
    answer({ roots: new Array(count).fill(root) }, `gomcp-${id}`);
  }
  const texts = (await Promise.all(calls)).map(({ result }) => result.content[0].text);
  assertEquals(texts, ["1 2", "3 4"]);
});

Deno.test("a page that the user is sent to has an id in this era", async () => {
  const { send, asked, answer } = setUp(async ({ elicit }) =>
    (await elicit({ message: "m", url: "https://example.com/" })).action
  );
  const call = send();
  const { elicitationId, ...params } = asked[0]!.params;
  assertEquals(params, { mode: "url", message: "m", url: "https://example.com/" });
  assertEquals(/^[0-9a-f-]{36}$/.test(String(elicitationId)), true);
  answer({ action: "accept" });
  assertEquals((await call).result.content[0].text, "accept");
});

Deno.test("a response to nothing that was asked is left alone", async () => {
  const { send, answer, peer } = setUp(asksName);
  const call = send();
  for (const id of ["gomcp-2", "gomcp-01", "", "toString", 1, null, undefined]) {
    peer.questions.take({ id, result: {} });
  }
  answer({ action: "decline" });
  answer({ action: "accept", content: { name: "late" } });
  assertEquals((await call).result.content[0].text, "decline");
});

Deno.test("an answer that cannot be used fails the call", async () => {
  for (const bad of [undefined, null, {}, { action: "yes" }, { action: "accept", content: {} }]) {
    const { send, answer } = setUp(asksName);
    const call = send();
    answer(bad);
    assertFailed(await call, "answer to elicitation/create cannot be used");
  }
});

const ERRORS: readonly (readonly [unknown, string])[] = [
  [{ code: -32601, message: "no such thing" }, "an error: no such thing"],
  [{ code: -1, message: "x".repeat(1_000) }, "x".repeat(100) + "…"],
  [{ code: -1 }, "answered with an error"],
  [7, "answered with an error"],
];

for (const [error, text] of ERRORS) {
  Deno.test(`the error ${JSON.stringify(error).slice(0, 60)} for an answer fails the call`, async () => {
    const { send, peer } = setUp(asksName);
    const call = send();
    peer.questions.take({ jsonrpc: "2.0", id: "gomcp-1", error });
    assertFailed(await call, text);
  });
}

Deno.test("a handler may go on after an error for an answer", async () => {
  const { send, peer } = setUp(({ roots }) => roots().then(() => "", () => "went on"));
  const call = send();
  peer.questions.take({ id: "gomcp-1", error: { code: -1, message: "" } });
  assertEquals((await call).result.content[0].text, "went on");
});

Deno.test("a cancelled call has no answer, and its question waits no more", async () => {
  const ends: string[] = [];
  const { send, receiveAs, answer, peer } = setUp(({ roots }) =>
    roots().then(() => ends.push("answered"), (error) => ends.push(error.code))
  );
  const call = send("tools/call", "a");
  receiveAs({ method: "notifications/cancelled", params: { requestId: "a" } });
  assertEquals(await call, undefined);
  await turn();
  assertEquals(ends, ["cancelled"]);
  answer({ roots: [] });
  assertEquals([ends, peer.open.size], [["cancelled"], 0]);
});

Deno.test("a handler that asks after its call was cancelled asks nobody, and waits for nothing", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const ends: unknown[] = [];
  const { send, receiveAs, asked, peer } = setUp(async ({ roots }) => {
    await gate;
    const asking = roots().then(() => "answered", (error) => error.code);
    ends.push(await Promise.race([asking, new Promise((end) => setTimeout(end, 0, "waits"))]));
  });
  const call = send("tools/call", "a");
  receiveAs({ method: "notifications/cancelled", params: { requestId: "a" } });
  assertEquals(await call, undefined);
  open();
  await turn();
  await turn();
  peer.questions.close();
  assertEquals([ends, asked], [["cancelled"], []]);
});

for (const why of ["timed out", "was cancelled"]) {
  Deno.test(`the question of a call that ${why} is taken back`, async () => {
    const { clock, send, receiveAs, told } = setUp(asksName);
    const call = send("tools/call", "a");
    assertEquals(told, []);
    if (why === "timed out") clock.advance(6_000);
    else receiveAs({ method: "notifications/cancelled", params: { requestId: "a" } });
    await call;
    assertEquals(told.map(({ method, params }) => [method, params.requestId]), [
      ["notifications/cancelled", "gomcp-1"],
    ]);
  });
}

Deno.test("a question that was answered is not taken back", async () => {
  const { send, answer, told } = setUp(asksName);
  const call = send();
  answer({ action: "decline" });
  await call;
  assertEquals(told, []);
});

Deno.test("calls of a client that is gone end, and so do their questions", async () => {
  const codes: string[] = [];
  const { send, peer } = setUp(({ roots }) => roots().catch(({ code }) => codes.push(code)));
  const call = send();
  peer.stopAll("The client is gone");
  assertEquals((await call).error?.data.code, "cancelled");
  await turn();
  assertEquals(codes, ["cancelled"]);
});

Deno.test("questions to a client that is gone end when nobody has stopped their calls", async () => {
  const { send, peer } = setUp(asksRoots);
  const call = send();
  peer.questions.close();
  assertFailed(await call, "The client is gone");
});

Deno.test("a client without an event stream cannot be asked", async () => {
  const { send, exchange, peer } = setUp(asksName);
  exchange.request = () => false;
  assertFailed(await send(), "does not accept an event stream");
  // It holds no place.
  for (let i = 0; i < LIMITS.openQuestionsMax + 1; i++) {
    assertFailed(await send("tools/call", i), "does not accept an event stream");
  }
  assertEquals([peer.open.size, exchange.httpStatus], [0, undefined]);
});

Deno.test("a client has as many open questions as its limit says, and no more", async () => {
  const { send, asked, answer } = setUp(asksRoots);
  const calls = Array.from({ length: LIMITS.openQuestionsMax }, (_, id) => send("tools/call", id));
  assertEquals(asked.length, LIMITS.openQuestionsMax);
  const refused = await send("tools/call", "more");
  assertFailed(refused, `${LIMITS.openQuestionsMax} questions wait`);
  assertEquals(asked.length, LIMITS.openQuestionsMax);
  answer({ roots: [] }, "gomcp-1");
  await calls[0];
  const next = send("tools/call", "next");
  for (const { id } of asked) answer({ roots: [] }, id);
  for (const { result } of await Promise.all([...calls, next])) {
    assertEquals(result.content[0].text, "0");
  }
});

Deno.test("questions of calls that have ended take no place from others", async () => {
  let waits = false;
  const { send, asked, answer } = setUp(({ roots }) => {
    const asking = roots().then(() => "answered");
    if (waits) return asking;
    asking.catch(() => {});
    return "done";
  });
  for (let i = 0; i < LIMITS.openQuestionsMax; i++) await send();
  assertEquals(asked.length, LIMITS.openQuestionsMax);
  waits = true;
  const call = send();
  answer({ roots: [] });
  const { result, error } = await call;
  assertEquals([result?.content[0].text, error], ["answered", undefined]);
});

const UNDECLARED: readonly (readonly [string, Handler, Values, Values])[] = [
  ["form", asksName, {}, { elicitation: {} }],
  [
    "url",
    ({ elicit }) => elicit({ message: "m", url: "https://example.com/" }),
    { elicitation: {} },
    { elicitation: { url: {} } },
  ],
  ["sample", ({ sample }) => sample({ messages: "m", maxTokens: 1 }), {}, { sampling: {} }],
  [
    "sample with tools",
    ({ sample }) => sample({ messages: "m", maxTokens: 1, more: { tools: [] } }),
    { sampling: {} },
    { sampling: { tools: {} } },
  ],
  ["roots", asksRoots, {}, { roots: {} }],
];

for (const [what, handler, declared, requiredCapabilities] of UNDECLARED) {
  Deno.test(`${what} of a client with ${JSON.stringify(declared)} is a failed result of a tool`, async () => {
    const { send, asked, exchange } = setUp(handler, declared);
    const answer = await send();
    assertFailed(answer, "has not declared");
    assertEquals([answer.error, exchange.httpStatus, asked], [undefined, undefined, []]);
    // Other results carry no failure.
    const { error } = await send("prompts/get");
    assertEquals(error.data.requiredCapabilities, requiredCapabilities);
  });
}

for (const [version, asks] of [["2025-06-18", 1], ["2025-11-25", 0]] as const) {
  Deno.test(`the context of servers is ${asks ? "" : "not "}asked of a client of ${version} that declares sampling only`, async () => {
    const more = { includeContext: "allServers" };
    const { send, asked, peer } = setUp(
      ({ sample }) => sample({ messages: "m", maxTokens: 1, more }),
      { sampling: {} },
    );
    peer.version = version;
    const call = send();
    assertEquals(asked.length, asks);
    peer.stopAll("gone");
    await call;
  });
}

/** Rejections that nobody handled until the event loop has gone round. */
async function unhandledDuring(action: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push(String(event.reason));
  };
  addEventListener("unhandledrejection", listen);
  try {
    await action();
    await turn();
  } finally {
    removeEventListener("unhandledrejection", listen);
  }
  return seen;
}

const ENDS: readonly (readonly [string, (peer: Peer) => void])[] = [
  ["an error for an answer", ({ questions }) => questions.take({ id: "gomcp-1", error: {} })],
  ["an answer that cannot be used", ({ questions }) => questions.take({ id: "gomcp-1" })],
  ["a client that is gone", (peer) => peer.stopAll("gone")],
];

for (const [what, end] of ENDS) {
  Deno.test(`a question that is not waited for leaves no rejection at ${what}`, async () => {
    const { send, peer } = setUp(({ roots }) => {
      roots();
      return "done";
    });
    const seen = await unhandledDuring(async () => {
      assertEquals((await send()).result.content[0].text, "done");
      end(peer);
    });
    assertEquals(seen, []);
  });
}
