/** gomcp.v1.ToolService by a client of grpc-js: what every method gives, and how it refuses. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gomcp } from "../src/protocol/gen/gomcp_v1.js";
import { type Ending, failure, json, text } from "./support/grpc.ts";
import { withGrpc } from "./support/grpc_server.ts";

const { RESULT_FORM_STRUCT } = gomcp.v1.ResultForm;
const { ON_ERROR_STOP } = gomcp.v1.OnError;

Deno.test("CallTool gives a result as JSON, or as a Struct", () =>
  withGrpc({}, async ({ client }) => {
    assertEquals(await client.callTool("add", { a: 1, b: 2 }), {
      content: [{ type: "text", text: "3" }],
    });
    const fields = { a: { numberValue: 1 }, b: { numberValue: 2.5 } };
    const answer = await client.call({
      tool: "add",
      argumentsStruct: { fields },
      resultForm: RESULT_FORM_STRUCT,
    });
    assertEquals([answer.result, answer.isError], ["resultStruct", false]);
    const { content } = answer.resultStruct!.fields;
    const first = content!.listValue!.values[0]!.structValue!.fields;
    assertEquals(first.text!.stringValue, "3.5");
  }));

Deno.test("CallTool takes no arguments for none, and gives back what JSON and Structs say", () =>
  withGrpc({}, async ({ client }) => {
    const nothing = await client.call({ tool: "mirror" });
    assertEquals(JSON.parse(text(nothing.resultJson!)).structuredContent, {});
    const value = { "a": [1, null, true, { "__proto__x": "é😀" }], "b": { "c": "" } };
    assertEquals((await client.callTool("mirror", value)).structuredContent, value);
    const struct = {
      fields: {
        n: { nullValue: 0 },
        l: { listValue: { values: [{ boolValue: true }, { numberValue: -0.5 }] } },
        s: { structValue: { fields: { t: { stringValue: "ü" } } } },
      },
    };
    const answer = await client.call({ tool: "mirror", argumentsStruct: struct });
    const mirrored = JSON.parse(text(answer.resultJson!)).structuredContent;
    assertEquals(mirrored, { n: null, l: [true, -0.5], s: { t: "ü" } });
  }));

Deno.test("a tool's failure, by its own word or thrown, is a result that says so", () =>
  withGrpc({}, async ({ client }) => {
    const failed = await client.call({ tool: "fails" });
    assertEquals(failed.isError, true);
    assertEquals(JSON.parse(text(failed.resultJson!)).isError, true);
    const thrown = await client.call({ tool: "throws" });
    assertEquals(thrown.isError, true);
    assertEquals(JSON.parse(text(thrown.resultJson!)).isError, true);
  }));

/** Requests that are refused: the status, the code, and where the fault is. */
const REFUSED: readonly {
  readonly name: string;
  readonly init: gomcp.v1.CallToolRequestInit;
  readonly status: string;
  readonly code: string;
  readonly pointer?: string;
}[] = [
  { name: "an unknown tool", init: { tool: "none" }, status: "NOT_FOUND", code: "unknown_tool" },
  {
    name: "arguments that the schema refuses",
    init: { tool: "add", argumentsJson: json({ a: 1, b: "two" }) },
    status: "INVALID_ARGUMENT",
    code: "invalid_arguments",
    pointer: "/b",
  },
  {
    name: "arguments that are no JSON",
    init: { tool: "add", argumentsJson: new TextEncoder().encode("{") },
    status: "INVALID_ARGUMENT",
    code: "parse_error",
    pointer: "/arguments_json",
  },
  {
    name: "arguments that are no UTF-8",
    init: { tool: "add", argumentsJson: new Uint8Array([0x22, 0xff, 0x22]) },
    status: "INVALID_ARGUMENT",
    code: "parse_error",
    pointer: "/arguments_json",
  },
  {
    name: "arguments that are no object",
    init: { tool: "add", argumentsJson: json([1]) },
    status: "INVALID_ARGUMENT",
    code: "invalid_arguments",
    pointer: "",
  },
  {
    name: "a number that JSON does not have",
    init: { tool: "mirror", argumentsStruct: { fields: { x: { numberValue: NaN } } } },
    status: "INVALID_ARGUMENT",
    code: "parse_error",
    pointer: "/arguments_struct",
  },
  {
    name: "a pattern of an attack",
    init: { tool: "mirror", argumentsJson: json({ q: "'; DROP TABLE users; --" }) },
    status: "INVALID_ARGUMENT",
    code: "invalid_arguments",
    pointer: "/q",
  },
];

for (const { name, init, status, code, pointer } of REFUSED) {
  Deno.test(`CallTool refuses ${name} as ${status} with ${code}`, () =>
    withGrpc({}, async ({ client }) => {
      const ending = await failure(client.call(init));
      assertEquals(ending.status, status);
      assertEquals(ending.info.ErrorInfo.reason, code.toUpperCase());
      assertEquals(ending.info.ErrorInfo.domain, "gomcp");
      const { Problem } = ending.info;
      assertEquals([Problem.code, Problem.pointer, Problem.status], [
        code,
        pointer ?? "",
        ending.code,
      ]);
      assertEquals(Problem.detail, ending.details);
      const fields = ending.info.BadRequest?.fieldViolations.map((each: { field: string }) =>
        each.field
      );
      assertEquals(fields, pointer === undefined ? undefined : [pointer]);
    }));
}

Deno.test("bytes that are no request are refused as parse_error, and the server goes on", () =>
  withGrpc({}, async ({ client }) => {
    for (const method of ["CallTool", "BatchCall", "ListTools", "GetTool"]) {
      const ending = await failure(
        client.bytes(method, new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0x0f])),
      );
      assertEquals([ending.status, ending.info.ErrorInfo.reason], [
        "INVALID_ARGUMENT",
        "PARSE_ERROR",
      ]);
    }
    const ending = await failure(client.bytes("Nothing", new Uint8Array()));
    assertEquals(ending.status, "UNIMPLEMENTED");
    assertEquals((await client.callTool("add", { a: 1, b: 1 })).content[0].text, "2");
  }));

Deno.test("a rate limit is told with its limit and when to come back", () =>
  withGrpc({
    runtime: { rateLimits: [{ name: "slow", count: 1, periodMs: 60_000, tools: ["add"] }] },
  }, async ({ client }) => {
    await client.callTool("add", { a: 1, b: 1 });
    const ending = await failure(client.callTool("add", { a: 1, b: 1 }));
    assertEquals(ending.status, "RESOURCE_EXHAUSTED");
    assertEquals(ending.info.ErrorInfo.reason, "RATE_LIMITED");
    const { seconds, nanos } = ending.info.RetryInfo.retryDelay;
    const { retryAfterMs, limitName } = ending.info.Problem;
    assertEquals(Math.round(Number(seconds) * 1_000 + nanos / 1e6), Math.round(retryAfterMs));
    assertEquals(retryAfterMs > 50_000 && retryAfterMs <= 60_000, true, String(retryAfterMs));
    assertEquals(limitName, "slow");
    assertEquals(ending.info.QuotaFailure.violations[0].subject, "slow");
  }));

Deno.test("ListTools gives pages in order, GetTool one with its whole definition", () =>
  withGrpc({}, async ({ client, runtime }) => {
    const names: string[] = [];
    let pageToken = "";
    do {
      const page = await client.listTools({ pageSize: 3, pageToken });
      names.push(...page.tools.map(({ name }) => name));
      assertEquals(page.tools.length <= 3, true);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    assertEquals(names, runtime.registry.all().map(({ tool }) => tool.name));
    const tool = await client.getTool("add");
    assertEquals([tool.name, tool.title, tool.description], [
      "add",
      "Addition",
      "Adds two numbers.",
    ]);
    const definition = JSON.parse(text(tool.definitionJson));
    assertEquals(Object.keys(definition.inputSchema.properties), ["a", "b"]);
    for (
      const [call, status, pointer] of [
        [client.getTool("none"), "NOT_FOUND", ""],
        [client.listTools({ pageSize: 1_001 }), "INVALID_ARGUMENT", "/page_size"],
        [client.listTools({ pageSize: -1 }), "INVALID_ARGUMENT", "/page_size"],
        [client.listTools({ pageToken: "x" }), "INVALID_ARGUMENT", "/page_token"],
      ] as const
    ) {
      const ending = await failure(call);
      assertEquals([ending.status, ending.info.Problem.pointer], [status, pointer]);
    }
    assertEquals((await client.listTools({ pageSize: 1_000 })).tools.length, names.length);
  }));

Deno.test("CallToolStream tells progress, logs as asked, and pieces of the result before the result", () =>
  withGrpc({}, async ({ client }) => {
    const { messages, ending } = await client.callStream({ tool: "says", logLevel: "info" }).all();
    assertEquals(ending.status, "OK");
    assertEquals(messages.map(({ event }) => event), [
      "progress",
      "log",
      "content",
      "progress",
      "result",
    ]);
    const [first, log, content, second, result] = messages;
    assertEquals([first!.progress!.progress, first!.progress!.total, first!.progress!.message], [
      1,
      3,
      "one",
    ]);
    assertEquals(log!.log!.level, "info");
    assertEquals(JSON.parse(text(log!.log!.dataJson)), { n: 1, message: "hello" });
    const block = JSON.parse(text(content!.content!.blockJson));
    assertEquals(block, { type: "text", text: "first" }, "held to the same as results");
    assertEquals([second!.progress!.progress, second!.progress!.hasTotal], [2, undefined]);
    assertEquals(JSON.parse(text(result!.result!.resultJson!)).content[0].text, "first and second");
    const quiet = await client.callStream({ tool: "says" }).all();
    assertEquals(quiet.messages.some(({ event }) => event === "log"), false);
    const refused = await client.callStream({ tool: "says", logLevel: "loud" }).ending();
    assertEquals([refused.status, refused.info.Problem.pointer], [
      "INVALID_ARGUMENT",
      "/log_level",
    ]);
    assertStringIncludes(refused.info.Problem.detail, 'log_level is "loud"');
    const form = await client.callStream({ tool: "says", resultForm: 3 }).ending();
    assertEquals([form.status, form.info.Problem.pointer], ["INVALID_ARGUMENT", "/result_form"]);
    const unknown = await client.callStream({ tool: "none" }).ending();
    assertEquals(unknown.status, "NOT_FOUND");
  }));

Deno.test("BatchCall answers in order, each call with its own outcome and duration", () =>
  withGrpc({}, async ({ client }) => {
    const { results } = await client.batch({
      items: [
        { id: "sum", tool: "add", argumentsJson: json({ a: 1, b: 2 }) },
        { tool: "none" },
        { id: "f", tool: "fails" },
        {
          tool: "add",
          argumentsStruct: { fields: { a: { numberValue: 1 }, b: { numberValue: 1 } } },
        },
      ],
      parallel: -1,
    });
    assertEquals(results.map(({ id, index, outcome }) => [id, index, outcome]), [
      ["sum", 0, "result"],
      ["1", 1, "problem"],
      ["f", 2, "result"],
      ["3", 3, "result"],
    ]);
    assertEquals(results[1]!.problem!.code, "unknown_tool");
    assertEquals(results[2]!.result!.isError, true);
    assertEquals(results.every(({ durationMs }) => durationMs >= 0), true);
  }));

const ADD = { tool: "add", argumentsJson: json({ a: 1, b: 2 }) };

// deno-fmt-ignore: one batch a line.
const BAD_BATCHES: readonly (readonly [string, gomcp.v1.BatchCallRequestInit, string, string])[] = [
  ["an empty one", {}, "INVALID_ARGUMENT", "/items"],
  ["too many", { items: Array.from({ length: 101 }, () => ADD) }, "RESOURCE_EXHAUSTED", "/items"],
  ["an id twice", { items: [{ ...ADD, id: "a" }, { ...ADD, id: "a" }] }, "INVALID_ARGUMENT", "/items/1/id"],
  ["an id that is another's place", { items: [{ ...ADD, id: "1" }, ADD] }, "INVALID_ARGUMENT", "/items/1/id"],
  ["a form that is none", { items: [ADD], resultForm: 3 }, "INVALID_ARGUMENT", "/result_form"],
  ["an unknown way to go on", { items: [ADD], onError: -1 }, "INVALID_ARGUMENT", "/on_error"],
  ["a wrong width", { items: [ADD], parallel: -2 }, "INVALID_ARGUMENT", "/parallel"],
  ["arguments that are none", { items: [ADD, { tool: "add", argumentsJson: json("x").slice(1) }] }, "INVALID_ARGUMENT", "/items/1/arguments_json"],
];

for (const [name, init, status, pointer] of BAD_BATCHES) {
  Deno.test(`BatchCall and its stream refuse ${name} whole, and say where`, () =>
    withGrpc({}, async ({ client, runtime }) => {
      const expected = [status, pointer];
      const got = (ending: Ending) => [ending.status, ending.info.Problem.pointer];
      assertEquals(got(await failure(client.batch(init))), expected);
      const { messages, ending } = await client.batchStream(init).all();
      assertEquals(got(ending), expected);
      assertEquals(messages, []);
      assertEquals(runtime.stats().started, 0);
    }));
}

Deno.test("BatchCall takes 100 calls, and stops at the first failure where it is told to", () =>
  withGrpc({}, async ({ client, runtime }) => {
    const hundred = await client.batch({
      items: Array.from({ length: 100 }, () => ADD),
      parallel: 7,
    });
    assertEquals(hundred.results.length, 100);
    const before = runtime.stats().started;
    const { results } = await client.batch({
      items: [ADD, { tool: "fails" }, ADD, ADD],
      onError: ON_ERROR_STOP,
    });
    assertEquals(results.map((each) => each.problem?.code ?? "result"), [
      "result",
      "result",
      "cancelled",
      "cancelled",
    ]);
    assertMatch(results[2]!.problem!.detail, /had failed/);
    assertEquals(runtime.stats().started - before, 2, "no tool ran after the failure");
  }));

Deno.test("BatchCallStream gives each outcome as soon as there is one", () =>
  withGrpc({}, async ({ client, holder }) => {
    const items = [{ id: "slow", tool: "hold" }, { id: "fast", ...ADD }];
    const stream = client.batchStream({ items, parallel: 2 });
    const held = await holder.next();
    const first = await stream.messages.next();
    assertEquals([first.id, first.index], ["fast", 1]);
    held.finish("done");
    const second = await stream.messages.next();
    assertEquals([second.id, second.index], ["slow", 0]);
    assertEquals((await stream.ending()).status, "OK");
  }));

Deno.test("WatchTools tells at once how many tools there are, and each change", () =>
  withGrpc({}, async ({ client, holder, runtime }) => {
    const stream = client.watchTools();
    assertEquals((await stream.messages.next()).tools, runtime.registry.size);
    const calling = client.callTool("hold");
    const { ctx, finish } = await holder.next();
    ctx.notifyListChanged("prompts");
    ctx.notifyListChanged("tools");
    assertEquals((await stream.messages.next()).tools, runtime.registry.size);
    finish("done");
    await calling;
    assertEquals(runtime.events.size, 1);
    stream.cancel();
    assertEquals((await stream.ending()).status, "CANCELLED");
  }));
