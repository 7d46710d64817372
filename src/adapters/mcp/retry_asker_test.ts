/** Handlers that ask modern clients: the call ends with questions, and comes again with answers. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as z from "zod";
import type { HandlerContext } from "../../authoring/context.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { definePrompt } from "../../prompts/define_prompt.ts";
import { defineResource } from "../../resources/define_resource.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import { receive } from "./endpoint.ts";
import { type Exchange, Peer } from "./peer.ts";

type Values = Record<string, unknown>;
type Handler = (ctx: HandlerContext, args: Values) => unknown;

const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const NAME = { message: "Your name?", schema: z.object({ name: z.string() }) };
const accept = (content: unknown) => ({ action: "accept", content });

function metaOf(clientCapabilities: Values, client = "c"): Values {
  return {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": clientCapabilities,
    "io.modelcontextprotocol/clientInfo": { name: client, version: "1" },
  };
}

/** A server whose tools, prompt and resource all run the handler. */
function setUp(handler: Handler, capabilities: Values = ALL, busy: Values = {}) {
  const clock = new FakeClock();
  const run = (args: unknown, ctx: HandlerContext) => handler(ctx, args as Values);
  const input = { type: "object" } as const;
  const tools = ["t", "u"].map((name) =>
    defineTool({ name, description: "Asks.", input, handler: run as never })
  );
  const runtime = createRuntime({
    ...busy,
    clock,
    tools,
    prompts: [definePrompt({ name: "t", handler: run as never })],
    resources: [defineResource({ uri: "x://t", name: "t", read: run as never })],
  });
  const exchange: Exchange = { notify: () => {}, request: () => true };
  const peer = new Peer("stdio", {});
  let id = 0;
  const send = async (method: string, params: Values, client?: string) => {
    const message = {
      id: ++id,
      method,
      params: { _meta: metaOf(capabilities, client), ...params },
    };
    return JSON.parse((await receive(runtime, message, peer, exchange))!);
  };
  const call = (params: Values = {}, client?: string) =>
    send("tools/call", { name: "t", ...params }, client);
  return { clock, exchange, peer, send, call };
}

const asksName: Handler = async ({ elicit }) => {
  const { action, content } = await elicit(NAME);
  return action === "accept" ? `Hello, ${content.name}` : action;
};

const textOf = ({ result }: { result: { content: { text: string }[] } }) => result.content[0]!.text;

Deno.test("a question ends the call as input_required, and the retry with its answer completes", async () => {
  const { call, exchange, peer } = setUp(asksName);
  const { result } = await call();
  assertEquals(Object.keys(result), ["inputRequests", "requestState", "resultType", "_meta"]);
  assertEquals(result.resultType, "input_required");
  assertEquals(Object.keys(result._meta), ["io.modelcontextprotocol/serverInfo"]);
  assertEquals(result.inputRequests, {
    "input-1": {
      method: "elicitation/create",
      params: {
        message: "Your name?",
        requestedSchema: {
          type: "object",
          properties: { name: { type: "string" } },
          required: ["name"],
        },
      },
    },
  });
  const { requestState } = result;
  const inputResponses = { "input-1": accept({ name: "Ann" }) };
  const done = await call({ requestState, inputResponses });
  assertEquals([textOf(done), done.result.resultType], ["Hello, Ann", "complete"]);
  assertEquals([exchange.httpStatus, peer.open.size], [undefined, 0]);
});

for (const action of ["decline", "cancel"]) {
  Deno.test(`a handler hears that the user chose ${action}`, async () => {
    const { call } = setUp(asksName);
    const { requestState } = (await call()).result;
    assertEquals(
      textOf(await call({ requestState, inputResponses: { "input-1": { action } } })),
      action,
    );
  });
}

Deno.test("every kind of question goes out in MCP's form, and its answer comes back", async () => {
  const { call } = setUp(async ({ elicit, sample, roots }) => {
    const message = { role: "user", content: { type: "text", text: "m" } };
    const answers = await Promise.all([
      elicit({ key: "form", message: "m", schema: { type: "object", properties: {} } }),
      elicit({ key: "url", message: "m", url: "https://example.com/" }),
      sample({ key: "text", messages: "m", maxTokens: 5, more: { systemPrompt: "s" } }),
      sample({ key: "list", messages: [message, message], maxTokens: 6 }),
      roots("roots"),
    ]);
    return JSON.stringify(answers);
  });
  const { inputRequests, requestState } = (await call()).result;
  const messages = [{ role: "user", content: { type: "text", text: "m" } }];
  assertEquals(inputRequests, {
    form: {
      method: "elicitation/create",
      params: { message: "m", requestedSchema: { type: "object", properties: {} } },
    },
    url: {
      method: "elicitation/create",
      params: { mode: "url", message: "m", url: "https://example.com/" },
    },
    text: {
      method: "sampling/createMessage",
      params: { systemPrompt: "s", messages, maxTokens: 5 },
    },
    list: {
      method: "sampling/createMessage",
      params: { messages: [...messages, ...messages], maxTokens: 6 },
    },
    roots: { method: "roots/list", params: {} },
  });
  const said = { role: "assistant", content: { type: "text", text: "a" }, model: "m" };
  const inputResponses = {
    form: accept({}),
    url: { action: "accept" },
    text: said,
    list: said,
    roots: { roots: [{ uri: "file:///a" }] },
  };
  const done = await call({ requestState, inputResponses });
  assertEquals(JSON.parse(textOf(done)), [
    accept({}),
    { action: "accept" },
    said,
    said,
    [{ uri: "file:///a" }],
  ]);
});

Deno.test("a form that clients cannot show is not sent", async () => {
  const schema = z.object({ address: z.object({ street: z.string() }) });
  const { call } = setUp(({ elicit }) => elicit({ message: "Where?", schema }));
  const { result } = await call();
  assertEquals([result.isError, result.resultType], [true, "complete"]);
  assert(result.content[0].text.includes('its field "address"'), result.content[0].text);
});

const asksTwice: Handler = async ({ elicit }) => {
  const first = await elicit({ ...NAME, key: "first" });
  const second = await elicit({ ...NAME, key: "second" });
  return `${first.content?.name} ${second.content?.name}`;
};

Deno.test("two rounds of questions: the first answer travels in the state", async () => {
  const { call } = setUp(asksTwice);
  const one = (await call()).result;
  assertEquals(Object.keys(one.inputRequests), ["first"]);
  const two = (await call({
    requestState: one.requestState,
    inputResponses: { first: accept({ name: "A" }) },
  })).result;
  assertEquals(Object.keys(two.inputRequests), ["second"]);
  const inputResponses = { second: accept({ name: "B" }) };
  assertEquals(textOf(await call({ requestState: two.requestState, inputResponses })), "A B");
});

Deno.test("of two questions at once, the answered one is not asked again", async () => {
  const { call } = setUp(async ({ elicit }) => {
    const [a, b] = await Promise.all([elicit(NAME), elicit(NAME)]);
    return `${a.content?.name} ${b.content?.name}`;
  });
  const one = (await call()).result;
  assertEquals(Object.keys(one.inputRequests), ["input-1", "input-2"]);
  const two = (await call({
    requestState: one.requestState,
    inputResponses: { "input-2": accept({ name: "B" }), other: 7 },
  })).result;
  assertEquals(Object.keys(two.inputRequests), ["input-1"]);
  const inputResponses = { "input-1": accept({ name: "A" }) };
  assertEquals(textOf(await call({ requestState: two.requestState, inputResponses })), "A B");
});

const BAD_ANSWERS: readonly unknown[] = [
  undefined,
  null,
  7,
  "accept",
  [],
  {},
  { action: "yes" },
  { action: null },
  { action: ["accept"], content: { name: "Ann" } },
  { action: { toString: 1, valueOf: 1 } },
  { action: "accept" },
  { action: "accept", content: null },
  accept({}),
  accept({ name: 7 }),
  { result: accept({ name: "Ann" }) },
];

for (const bad of BAD_ANSWERS) {
  Deno.test(`the answer ${JSON.stringify(bad)} to a form is asked for again`, async () => {
    const { call } = setUp(asksName);
    const { requestState } = (await call()).result;
    const again = (await call({ requestState, inputResponses: { "input-1": bad } })).result;
    assertEquals(again.resultType, "input_required");
    assertEquals(Object.keys(again.inputRequests), ["input-1"]);
    assertNotEquals(again.requestState, requestState);
    const inputResponses = { "input-1": accept({ name: "Ann" }) };
    const done = await call({ requestState: again.requestState, inputResponses });
    assertEquals(textOf(done), "Hello, Ann");
  });
}

const BAD_KINDS: readonly (readonly [string, Handler, unknown])[] = [
  ["a page", ({ elicit }) => elicit({ message: "m", url: "https://example.com/" }), {}],
  ["the model", ({ sample }) => sample({ messages: "m", maxTokens: 1 }), { role: "assistant" }],
  ["the model", ({ sample }) => sample({ messages: "m", maxTokens: 1 }), { content: null }],
  ["the roots", ({ roots }) => roots(), []],
  ["the roots", ({ roots }) => roots(), { roots: {} }],
  ["the roots", ({ roots }) => roots(), { roots: [null] }],
  ["the roots", ({ roots }) => roots(), { roots: [{ name: "no uri" }] }],
];

for (const [what, handler, bad] of BAD_KINDS) {
  Deno.test(`the answer ${JSON.stringify(bad)} of ${what} is asked for again`, async () => {
    const { call } = setUp(async (ctx, args) => JSON.stringify(await handler(ctx, args)));
    const { requestState } = (await call()).result;
    const again = await call({ requestState, inputResponses: { "input-1": bad } });
    assertEquals(again.result.resultType, "input_required");
  });
}

for (const inputResponses of [undefined, null, [], "x", {}]) {
  Deno.test(`a retry with ${JSON.stringify(inputResponses)} for answers is asked again`, async () => {
    const { call } = setUp(asksName);
    const { requestState } = (await call()).result;
    const { result } = await call({ requestState, inputResponses });
    assertEquals(result.resultType, "input_required");
  });
}

const EXTRA_KEYS = ["other", "input-2", "httpStatus", "code", "message", "__proto__", "toString"];

for (const key of EXTRA_KEYS) {
  Deno.test(`an answer with the key ${key} that was not asked for is left alone`, async () => {
    const { call } = setUp(asksName);
    const { requestState } = (await call()).result;
    const extra = `{"input-1":{"action":"accept","content":{"name":"Ann"}},"${key}":400}`;
    const done = await call({ requestState, inputResponses: JSON.parse(extra) });
    assertEquals(done.result?.content, [{ type: "text", text: "Hello, Ann" }]);
  });
}

const pays: Handler = async ({ elicit }) => {
  const schema = z.object({ n: z.number() });
  const { content: amount } = await elicit({ key: "n", message: "How much?", schema });
  const confirm = { key: "confirm", message: `Pay ${amount?.n}?`, schema: z.object({}) };
  const { action } = await elicit(confirm);
  return `${action} ${amount?.n}`;
};

Deno.test("a later round cannot rewrite the answers of an earlier one", async () => {
  const { call } = setUp(pays);
  const one = (await call()).result;
  const two = (await call({
    requestState: one.requestState,
    inputResponses: { n: accept({ n: 5 }) },
  })).result;
  assertEquals(two.inputRequests.confirm.params.message, "Pay 5?");
  const inputResponses = { confirm: accept({}), n: accept({ n: 5000 }) };
  assertEquals(textOf(await call({ requestState: two.requestState, inputResponses })), "accept 5");
});

Deno.test("an answer to what this round did not ask is left alone, and asked for when it is time", async () => {
  const { call } = setUp(pays);
  const one = (await call()).result;
  const inputResponses = { n: accept({ n: 5000 }), confirm: accept({}) };
  const two = (await call({ requestState: one.requestState, inputResponses })).result;
  assertEquals(Object.keys(two.inputRequests ?? {}), ["confirm"]);
});

Deno.test("answers without a state are to what is asked first: nobody has seen what rests on them", async () => {
  const { call } = setUp(pays);
  const inputResponses = { n: accept({ n: 7 }), confirm: accept({}), extra: accept({}) };
  const { result } = await call({ inputResponses });
  assertEquals(result.inputRequests?.confirm?.params.message, "Pay 7?");
  const last = { requestState: result.requestState, inputResponses: { confirm: accept({}) } };
  assertEquals(textOf(await call(last)), "accept 7");
});

Deno.test("answers without a state are to all that is asked at once", async () => {
  const { call } = setUp(async ({ elicit }) => {
    const schema = z.object({ n: z.number() });
    const ask = (key: string) => elicit({ key, message: key, schema });
    const [a, b] = await Promise.all([ask("a"), ask("b")]);
    return `${a.content?.n} and ${b.content?.n}`;
  });
  const inputResponses = { a: accept({ n: 1 }), b: accept({ n: 2 }) };
  assertEquals(textOf(await call({ inputResponses })), "1 and 2");
});

const inputResponses = { "input-1": accept({ name: "Ann" }) };

Deno.test("a state that was altered is -32602, and the handler does not run", async () => {
  let runs = 0;
  const { call } = setUp((ctx, args) => {
    runs++;
    return asksName(ctx, args);
  });
  const { requestState } = (await call()).result;
  const head = requestState[0] === "A" ? "B" : "A";
  const altered = [head + requestState.slice(1), requestState.slice(4), "", "x", 7, null, {}];
  for (const state of altered) {
    const { error } = await call({ requestState: state, inputResponses });
    assertEquals(error.code, -32602);
  }
  assertEquals(runs, 1);
  assertEquals(textOf(await call({ requestState, inputResponses })), "Hello, Ann");
});

Deno.test("a state is good for once", async () => {
  const { call } = setUp(asksName);
  const { requestState } = (await call()).result;
  await call({ requestState, inputResponses });
  assertEquals((await call({ requestState, inputResponses })).error.code, -32602);
});

Deno.test("a state stays good when its call was refused because the server was busy", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<string>();
  const handler: Handler = (ctx, { waits }) => waits ? gate : asksName(ctx, {});
  const { call } = setUp(handler, ALL, { maxWorkers: 1, queueMax: 0 });
  const { requestState } = (await call()).result;
  const waiting = call({ arguments: { waits: true } });
  const refused = await call({ requestState, inputResponses });
  assertEquals(refused.error.data.code, "overloaded");
  open("");
  await waiting;
  assertEquals((await call({ requestState, inputResponses })).error, undefined);
});

for (const [more, good] of [[-1, true], [0, false]] as const) {
  Deno.test(`a state is ${good ? "good" : "refused"} ${more} ms from its end`, async () => {
    const { call, clock } = setUp(asksName);
    const { requestState } = (await call()).result;
    clock.advance(LIMITS.requestStateTtlMs + more);
    const { error } = await call({ requestState, inputResponses });
    assertEquals(error?.code, good ? undefined : -32602);
  });
}

Deno.test("a state is good for the same call only, and the order of keys makes no other", async () => {
  const { call, send } = setUp(asksName);
  const { requestState } = (await call({ arguments: { a: 1, b: { c: 2, d: 3 } } })).result;
  const retry = { requestState, inputResponses };
  const args = { b: { d: 3, c: 2 }, a: 1 };
  const others = [
    call({ ...retry, arguments: { a: 1 } }),
    call({ ...retry, arguments: { a: "1", b: { c: 2, d: 3 } } }),
    call({ ...retry, name: "u", arguments: args }),
    call({ ...retry, arguments: args }, "other"),
    send("prompts/get", { ...retry, name: "t", arguments: args }),
    send("resources/read", { ...retry, uri: "x://t" }),
  ];
  for (const { error } of await Promise.all(others)) assertEquals(error.code, -32602);
  assertEquals(textOf(await call({ ...retry, arguments: args })), "Hello, Ann");
});

Deno.test("prompts and resources ask as tools do", async () => {
  const { send } = setUp(asksName);
  const ways = [["prompts/get", { name: "t" }], ["resources/read", { uri: "x://t" }]] as const;
  for (const [method, params] of ways) {
    const { result } = await send(method, params);
    assertEquals(result.resultType, "input_required");
    const { requestState } = result;
    const done = await send(method, { ...params, requestState, inputResponses });
    assertEquals(done.result.resultType, "complete");
    assert(JSON.stringify(done).includes("Hello, Ann"));
  }
});

const UNDECLARED: readonly (readonly [string, Handler, declared: Values, missing: Values])[] = [
  ["form", asksName, {}, { elicitation: {} }],
  ["form", asksName, { elicitation: { url: {} } }, { elicitation: {} }],
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
  ["roots", ({ roots }) => roots(), {}, { roots: {} }],
];

for (const [what, handler, declared, requiredCapabilities] of UNDECLARED) {
  const title = `${what} of a client with ${JSON.stringify(declared)} is -32021 and HTTP's 400`;
  Deno.test(title, async () => {
    const { exchange, send } = setUp(handler, declared);
    const ways = [
      ["tools/call", { name: "t" }],
      ["prompts/get", { name: "t" }],
      ["resources/read", { uri: "x://t" }],
    ] as const;
    for (const [method, params] of ways) {
      delete exchange.httpStatus;
      const { error } = await send(method, params);
      assertEquals([error.code, error.data.requiredCapabilities], [-32021, requiredCapabilities]);
      assertEquals(exchange.httpStatus, 400);
    }
  });
}

Deno.test("a handler finds out what the client can be asked before it asks", async () => {
  const all: Handler = ({ can }) =>
    (["form", "url", "sample", "roots"] as const).map((what) => Number(can(what))).join("");
  assertEquals(textOf(await setUp(all).call()), "1111");
  assertEquals(textOf(await setUp(all, { elicitation: {} }).call()), "1000");
  assertEquals(textOf(await setUp(all, {}).call()), "0000");
});

Deno.test("a handler may go on without a capability that the client has not", async () => {
  const { call, exchange } = setUp(({ roots }) => roots().then(() => "", () => "none"), {});
  assertEquals(textOf(await call()), "none");
  assertEquals(exchange.httpStatus, undefined);
});

const SWALLOWING: readonly (readonly [string, Handler])[] = [
  ["returns", ({ elicit }) => elicit(NAME).then(() => "", () => "swallowed")],
  ["throws something else", ({ elicit }) =>
    elicit(NAME).catch(() => {
      throw new Error("other");
    })],
  ["asks for what the client cannot", ({ elicit, roots }) => elicit(NAME).catch(() => roots())],
];

for (const [what, handler] of SWALLOWING) {
  Deno.test(`a handler that swallows the interruption and ${what} still asks`, async () => {
    const { call, exchange } = setUp(handler, { elicitation: {} });
    const { result } = await call();
    assertEquals(result.resultType, "input_required");
    assertEquals(Object.keys(result.inputRequests), ["input-1"]);
    assertEquals(exchange.httpStatus, undefined);
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
    await new Promise((resolve) => setTimeout(resolve));
  } finally {
    removeEventListener("unhandledrejection", listen);
  }
  return seen;
}

const NOT_WAITING: readonly (readonly [string, Values])[] = [["can answer", ALL], ["cannot", {}]];

for (const [what, capabilities] of NOT_WAITING) {
  Deno.test(`a question that is not waited for leaves no rejection, of a client that ${what}`, async () => {
    const { call } = setUp(({ elicit, sample, roots }) => {
      elicit(NAME);
      elicit({ message: "m", url: "https://example.com/" });
      sample({ messages: "m", maxTokens: 1 });
      roots();
      return "done";
    }, capabilities);
    const seen = await unhandledDuring(async () => {
      const { result } = await call();
      assertEquals(result.resultType, capabilities === ALL ? "input_required" : "complete");
    });
    assertEquals(seen, []);
  });
}

Deno.test("a synchronous handler that asks on the way ends as input_required", async () => {
  const { call } = setUp(({ roots }) => {
    roots().catch(() => {});
    return "done";
  });
  assertEquals((await call()).result.resultType, "input_required");
});

Deno.test("a question with the key __proto__ is asked like any other", async () => {
  const { call } = setUp(async ({ roots }) => `${(await roots("__proto__")).length}`);
  const { result } = await call();
  assertEquals(Object.keys(result.inputRequests ?? {}), ["__proto__"]);
});
