/** A tool in the server's own process: every way in which it can end. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type LogFields, type Logger, SILENT_LOG } from "../base/log.ts";
import { Call, type CallEvent } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import { defineTool } from "./define_tool.ts";
import { toolTarget } from "./tool_target.ts";
import type { HandlerContext } from "../authoring/context.ts";
import type { ToolOptions } from "./tool.ts";

type AnyHandler = (args: unknown, ctx: HandlerContext) => unknown;

function setUp(handler: AnyHandler, more: Partial<ToolOptions> = {}) {
  const logged: LogFields[] = [];
  const log: Logger = { ...SILENT_LOG, info: (_, fields = {}) => logged.push(fields) };
  const options = { name: "t", description: "Runs.", handler, ...more };
  const target = toolTarget(defineTool(options as unknown as ToolOptions), log);
  const call = new Call({ tool: "t", args: {}, adapter: "library" });
  call.checkedArgs = { a: 1 };
  return { target, call, logged, run: () => target.run(call) };
}

function textOf(outcome: Outcome): string {
  assert(outcome.kind === "result");
  const [block] = outcome.result.content;
  assert(block?.type === "text");
  return block.text;
}

Deno.test("toolTarget() gives the handler the checked arguments and the call's context", () => {
  const seen: unknown[] = [];
  const { run } = setUp((args, { tenant, requestId }) => {
    seen.push(args, tenant, requestId);
    return "";
  });
  run();
  assertEquals(seen, [{ a: 1 }, "default", ""]);
});

Deno.test("toolTarget() answers without a promise when the handler does", () => {
  const { run } = setUp(() => "now");
  const outcome = run();
  assert(!(outcome instanceof Promise));
  assertEquals(textOf(outcome), "now");
});

const LATER: readonly (readonly [string, AnyHandler])[] = [
  ["a promise", () => Promise.resolve("later")],
  ["an async function", async () => (await undefined, "later")],
  ["a promise of its own kind", () => ({ then: (done: (text: string) => void) => done("later") })],
];

for (const [what, handler] of LATER) {
  Deno.test(`toolTarget() waits for ${what}`, async () => {
    const { run } = setUp(handler);
    const outcome = run();
    assert(outcome instanceof Promise);
    assertEquals(textOf(await outcome), "later");
  });
}

const THROWN: readonly (readonly [string, unknown, string])[] = [
  ["an error", new Error("boom"), "boom"],
  ["a string", "boom", "boom"],
  ["undefined", undefined, "undefined was thrown: undefined"],
  ["null", null, "object was thrown: null"],
  ["a BigInt", 1n, "bigint was thrown"],
];

for (const [what, thrown, words] of THROWN) {
  const ways: readonly (readonly [string, AnyHandler])[] = [
    ["throws", () => {
      throw thrown;
    }],
    ["rejects with", () => Promise.reject(thrown)],
    ["has a thenable that throws", () => ({
      then: () => {
        throw thrown;
      },
    })],
  ];
  for (const [way, handler] of ways) {
    Deno.test(`toolTarget() makes a tool error when the handler ${way} ${what}, and logs it`, async () => {
      const { run, logged } = setUp(handler);
      const outcome = await run();
      assertEquals(textOf(outcome), `Tool "t" failed: ${words}`);
      assertEquals(outcome.kind === "result" && outcome.result.isError, true);
      assertEquals([logged.length, logged[0]?.tool, logged[0]?.error], [1, "t", words]);
    });
  }
}

Deno.test("toolTarget() keeps the stack in the log", async () => {
  const error = new Error("boom");
  const { run, logged } = setUp(() => Promise.reject(error));
  const outcome = await run();
  assertEquals(logged[0]?.stack, error.stack);
  assertEquals(JSON.stringify(outcome).includes("inline_test.ts"), false);
});

Deno.test("toolTarget() survives a result whose then cannot be read", async () => {
  const { run } = setUp(() => ({
    get then() {
      throw new Error("planted");
    },
  }));
  assertStringIncludes(textOf(await run()), "planted");
});

Deno.test("toolTarget() checks what a promise gives as it checks what a handler returns", async () => {
  const { run } = setUp(() => Promise.resolve(undefined));
  assertStringIncludes(textOf(await run()), "returned undefined");
});

Deno.test("toolTarget() passes on what the tool says while it works", async () => {
  const { run, call } = setUp(async (_, { progress, log }) => {
    progress(1, 2);
    await undefined;
    log.warn("half");
    return "done";
  });
  const events: CallEvent[] = [];
  call.onEvent = (event) => events.push(event);
  await run();
  assertEquals(events.map(({ kind }) => kind), ["progress", "log"]);
});

Deno.test("toolTarget() has the tool's name, deadline and input check", () => {
  const { target } = setUp(() => "", { timeout: "5s" });
  assertEquals([target.name, target.timeoutMs], ["t", 5_000]);
  assertEquals(target.checkArguments({}).ok, true);
  assertEquals(target.checkArguments({ x: 1 }).ok, false);
  assertEquals(setUp(() => "").target.timeoutMs, undefined);
});
