/** The whole, as adapters and programs use it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { Call } from "../pipeline/call.ts";
import type { ToolOutcome } from "../pipeline/outcome.ts";
import { defineTool } from "../tools/define_tool.ts";
import { createRuntime, type RuntimeOptions } from "./runtime.ts";
import { VERSION } from "./version.ts";

const add = defineTool({
  name: "add",
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number().default(40) }),
  handler: ({ a, b }) => `${a + b}`,
});

/** Waits until the test ends it. */
function gate() {
  const open: PromiseWithResolvers<string>[] = [];
  const tool = defineTool({
    name: "wait",
    description: "Waits.",
    handler: () => {
      const work = Promise.withResolvers<string>();
      open.push(work);
      return work.promise;
    },
  });
  return { tool, open };
}

function setUp(options: Partial<RuntimeOptions> = {}) {
  return createRuntime({ tools: [add], clock: new FakeClock(), ...options });
}

function textOf(outcome: ToolOutcome): unknown {
  if (outcome.kind === "problem") return outcome.problem.code;
  const [block] = outcome.result.content;
  return block?.type === "text" ? block.text : undefined;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await undefined;
}

Deno.test("callTool() calls a tool with checked arguments, and answers at once when it does", () => {
  const outcome = setUp().callTool("add", { a: 2 });
  assert(!(outcome instanceof Promise));
  assertEquals(textOf(outcome), "42");
});

Deno.test("callTool() refuses an unknown tool, naming it in bounded length", async () => {
  const outcome = await setUp().callTool("x".repeat(10_000), {});
  assert(outcome.kind === "problem");
  assertEquals(outcome.problem.code, "unknown_tool");
  assert(outcome.problem.detail.length < 200);
});

Deno.test("callTool() refuses wrong arguments with a pointer, and never shows them", async () => {
  const outcome = await setUp().callTool("add", { a: "hunter2" });
  assert(outcome.kind === "problem");
  assertEquals([outcome.problem.code, outcome.problem.pointer], ["invalid_arguments", "/a"]);
  assertEquals(JSON.stringify(outcome).includes("hunter2"), false);
});

Deno.test("callTool() knows no tool by the name of something of Object's", async () => {
  for (const name of ["toString", "constructor", "__proto__"]) {
    assertEquals(textOf(await setUp().callTool(name, {})), "unknown_tool");
  }
});

Deno.test("callTool() gives the tool the caller's id, tenant and client", async () => {
  let seen: unknown;
  const spy = defineTool({
    name: "spy",
    description: "Looks.",
    handler: (_, { requestId, tenant, client }) => {
      seen = { requestId, tenant, client };
      return "";
    },
  });
  const runtime = setUp({ tools: [spy] });
  await runtime.callTool("spy", {}, { id: "7", tenant: "acme", client: { name: "me" } });
  assertEquals(seen, { requestId: "7", tenant: "acme", client: { name: "me" } });
});

Deno.test("callTool() keeps the caller's deadline", async () => {
  const clock = new FakeClock();
  const { tool, open } = gate();
  const runtime = setUp({ tools: [tool], clock });
  const outcome = runtime.callTool("wait", {}, { timeoutMs: 100 });
  clock.advance(120);
  assertEquals(textOf(await outcome), "deadline_exceeded");
  open[0]!.resolve("late");
  await settle();
  assertEquals(runtime.stats().running, 0);
});

Deno.test("handle() turns a fault of a schema into an outcome with an incident", async () => {
  const faulty = defineTool({
    name: "faulty",
    description: "Has a schema that throws.",
    input: z.object({}).refine(() => {
      throw new Error("/secret/path");
    }),
    handler: () => "",
  });
  const outcome = await setUp({ tools: [faulty] }).callTool("faulty", {});
  assert(outcome.kind === "problem");
  assertEquals(outcome.problem.code, "internal");
  assertEquals(JSON.stringify(outcome).includes("secret"), false);
});

function calls(count: number): Call[] {
  return Array.from(
    { length: count },
    (_, i) => new Call({ tool: "wait", args: {}, adapter: "library", id: i }),
  );
}

for (const [parallel, width] of [[1, 1], [2, 2], [3, 3], [9, 3], [undefined, 3]] as const) {
  Deno.test(`callBatch() with parallel ${parallel} runs ${width} at once when there are 3 workers`, async () => {
    const { tool, open } = gate();
    const runtime = setUp({ tools: [tool], maxWorkers: 3, queueMax: 0 });
    const batch = runtime.callBatch(calls(5), parallel === undefined ? {} : { parallel });
    for (let ended = 0; ended < 5; ended++) {
      await settle();
      assertEquals(open.length, Math.min(5, width + ended));
      open[ended]!.resolve(`${ended}`);
    }
    assertEquals((await batch).map(textOf), ["0", "1", "2", "3", "4"]);
  });
}

Deno.test("callBatch() answers every call by itself, the refused ones too, in order", async () => {
  const batch = [{ a: 1 }, { a: "x" }, { a: 2 }].map((args) =>
    new Call({ tool: "add", args, adapter: "library" })
  );
  const unknown = new Call({ tool: "sub", args: {}, adapter: "library" });
  const outcomes = await setUp().callBatch([...batch, unknown]);
  assertEquals(outcomes.map(textOf), ["41", "invalid_arguments", "42", "unknown_tool"]);
});

for (const parallel of [0, -1, NaN, 0.5]) {
  Deno.test(`callBatch() answers every call or refuses when parallel is ${parallel}`, async () => {
    let outcomes: readonly (ToolOutcome | undefined)[] | undefined;
    try {
      const call = new Call({ tool: "add", args: { a: 1 }, adapter: "library" });
      outcomes = await setUp().callBatch([call], { parallel });
    } catch (error) {
      assert(error instanceof GomcpError);
    }
    if (outcomes !== undefined) assertEquals(outcomes.map((one) => one && textOf(one)), ["41"]);
  });
}

Deno.test("isReady() says no from the moment the runtime shuts down", async () => {
  const { tool, open } = gate();
  const runtime = setUp({ tools: [tool] });
  const outcome = runtime.callTool("wait", {});
  assertEquals(runtime.isReady(), true);
  const end = runtime.shutdown();
  assertEquals(runtime.isReady(), false);
  assertEquals(textOf(await runtime.callTool("wait", {})), "overloaded");
  open[0]!.resolve("done");
  assertEquals(textOf(await outcome), "done");
  assertEquals(await end, { stopped: 0 });
});

Deno.test("callTool() is held to the rate limits, which begin again with time", async () => {
  const clock = new FakeClock();
  const rateLimits = [{ name: "adds", count: 2, tools: ["a*"] }];
  const runtime = setUp({ clock, rateLimits });
  const call = async () => textOf(await runtime.callTool("add", { a: 1 }));
  assertEquals([await call(), await call(), await call()], ["41", "41", "rate_limited"]);
  // Refused before its arguments are looked at; an unknown tool is told to be unknown.
  assertEquals(textOf(await runtime.callTool("add", { a: "x" })), "rate_limited");
  assertEquals(textOf(await runtime.callTool("sub", {})), "unknown_tool");
  clock.advance(500);
  assertEquals([await call(), await call()], ["41", "rate_limited"]);
});

Deno.test("createRuntime() makes no limiter unless there is a limit", () => {
  assertEquals([setUp().rates, setUp({ rateLimits: [] }).rates], [undefined, undefined]);
});

Deno.test("createRuntime() says who it is unless it is told otherwise", () => {
  assertEquals(setUp().info, { name: "gomcp", version: VERSION });
  const info = { name: "mine", version: "7" };
  const runtime = setUp({ info, instructions: "Add first." });
  assertEquals([runtime.info, runtime.instructions], [info, "Add first."]);
});

Deno.test("createRuntime() refuses two tools of one name and numbers out of range", () => {
  const limit = { name: "a", count: 0 };
  const wrong = [{ tools: [add, add] }, { maxWorkers: 0 }, { queueMax: -1 }, {
    rateLimits: [limit],
  }];
  for (const options of wrong) {
    const error = assertThrows(() => setUp(options), GomcpError);
    assertEquals(error.code, "invalid_request");
  }
});
