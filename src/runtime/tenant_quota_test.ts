/** What a tenant pays for: calls that reach a tool, once, and nothing else. */
import { assertEquals } from "@std/assert";
import { createBatch } from "../batching/create_batch.ts";
import { FakeClock } from "../base/fake_clock.ts";
import type { Access } from "../pipeline/access.ts";
import { Call } from "../pipeline/call.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { createTenantManager, type TenantManager } from "../tenants/manager.ts";
import type { TenantLimits } from "../tenants/tenant.ts";
import { defineTool } from "../tools/define_tool.ts";
import { createRuntime, type Runtime } from "./runtime.ts";

interface World {
  readonly runtime: Runtime;
  readonly tenants: TenantManager;
  /** Lets the calls of "wait" end. */
  readonly open: () => void;
  used(what: "calls" | "bytes"): Promise<number>;
}

const TENANT = { tenant: "a" };

async function withWorld(
  limits: TenantLimits,
  action: (world: World) => Promise<void>,
): Promise<void> {
  const gate = Promise.withResolvers<string>();
  const tenants = createTenantManager(memoryState(), { clock: new FakeClock() });
  await tenants.createTenant("a", "A", limits);
  const hi = defineTool({ name: "hi", description: "Says hi.", handler: () => "hi" });
  const wait = defineTool({ name: "wait", description: "Waits.", handler: () => gate.promise });
  const fail = defineTool({
    name: "fail",
    description: "Fails.",
    handler: () => {
      throw new Error("no");
    },
  });
  const input = { type: "object" } as const;
  const take = defineTool({ name: "take", description: "Takes.", input, handler: () => "hi" });
  const runtime = createRuntime({
    tools: [hi, wait, fail, take],
    tenants,
    maxWorkers: 1,
    queueMax: 0,
  });
  await action({
    runtime,
    tenants,
    open: () => gate.resolve("done"),
    used: async (what) => (await tenants.usage("a"))[what].used,
  });
  gate.resolve("done");
  await runtime.shutdown();
  await tenants.close();
}

Deno.test("a call that reaches its tool is debited, also one that fails", () =>
  withWorld({ maxToolCalls: 640 }, async ({ runtime, used }) => {
    await runtime.callTool("hi", {}, TENANT);
    await runtime.callTool("fail", {}, TENANT);
    assertEquals(await used("calls"), 2);
  }));

Deno.test("a call that never ran is not debited", () =>
  withWorld({ maxToolCalls: 640, maxConcurrent: 5 }, async ({ runtime, used, open }) => {
    const first = runtime.callTool("wait", {}, TENANT);
    for (let i = 0; i < 10; i++) {
      const outcome = await runtime.callTool("hi", {}, TENANT);
      assertEquals(outcome.kind === "problem" && outcome.problem.code, "overloaded");
    }
    assertEquals((await runtime.callTool("nobody", {}, TENANT)).kind, "problem");
    assertEquals(await used("calls"), 1);
    open();
    await first;
    assertEquals((await runtime.callTool("hi", {}, TENANT)).kind, "result");
  }));

Deno.test("no more calls of a tenant run at once than may, and ends make room", () =>
  withWorld({ maxConcurrent: 1 }, async ({ runtime, open }) => {
    const first = runtime.callTool("wait", {}, TENANT);
    await Promise.resolve();
    const second = await runtime.callTool("hi", {}, TENANT);
    assertEquals(second.kind === "problem" && second.problem.code, "quota_exceeded");
    open();
    await first;
    for (const tool of ["hi", "fail", "hi"]) {
      assertEquals((await runtime.callTool(tool, {}, TENANT)).kind, "result");
    }
  }));

Deno.test("arguments and results are counted in bytes of UTF-8", () =>
  withWorld({ maxBytes: 64_000 }, async ({ runtime, used, tenants }) => {
    const outcome = await runtime.callTool("take", { é: "😀" }, TENANT);
    assertEquals(outcome.kind, "result");
    await tenants.close();
    const args = new TextEncoder().encode('{"é":"😀"}').length;
    const result = '"content":[{"type":"text","text":"hi"}]'.length;
    assertEquals(await used("bytes"), args + result);
  }));

const ownerOf = (access: Access) =>
  ({ adapter: "library", client: undefined, access, tenant: "a" }) as const;

Deno.test("a batch pays for what of it reaches a tool", () =>
  withWorld({ maxToolCalls: 640 }, async ({ runtime, tenants, used }) => {
    const access = await tenants.accessTo("a");
    if ("code" in access) throw new Error(access.detail);
    const opened = await runtime.openBatch(ownerOf(access), [{}, {}, {}, {}]);
    if ("code" in opened) throw new Error("refused");
    const { ticket } = opened;
    const calls = ["hi", "nobody", "hi", "nobody"].map((tool) =>
      new Call({ tool, args: {}, adapter: "rest", access, ticket })
    );
    const outcomes = await runtime.callBatch(calls, { parallel: 1 });
    assertEquals(outcomes.map(({ kind }) => kind), ["result", "problem", "result", "problem"]);
    assertEquals(await used("calls"), 4);
    opened.end("ok");
    assertEquals(await used("calls"), 2);
  }));

/** A batch of calls of "wait" and "hi", and what became of them. */
async function batchOf(runtime: Runtime, tools: readonly string[], parallel: number | true) {
  const batch = createBatch().parallel(parallel);
  tools.forEach((tool, i) => batch.add(String(i), tool));
  const report = await runtime.processBatch(batch.build(), TENANT);
  return "code" in report ? report.code : report.results.map(({ outcome }) => outcome.kind);
}

Deno.test("a batch leaves slots that it does not use, and is refused whole where there is none", () =>
  withWorld({ maxToolCalls: 640, maxConcurrent: 2 }, async ({ runtime, tenants, used, open }) => {
    const access = await tenants.accessTo("a");
    if ("code" in access) throw new Error(access.detail);
    const slots = async (parallel: number) => {
      const opened = await runtime.openBatch(ownerOf(access), [{}, {}, {}], parallel);
      if ("code" in opened) return opened.code;
      opened.end("ok");
      return opened.ticket?.slots;
    };
    assertEquals([await slots(1), await slots(9)], [1, 2]);
    const first = runtime.callTool("wait", {}, TENANT);
    await Promise.resolve();
    assertEquals([await slots(9), await used("calls")], [1, 1]);
    open();
    await first;
    assertEquals(await batchOf(runtime, ["hi", "hi", "hi"], true), Array(3).fill("result"));
    const one = await runtime.openBatch(ownerOf(access), [{}, {}], 2);
    assertEquals(await batchOf(runtime, ["hi", "hi"], 1), "quota_exceeded");
    if (!("code" in one)) one.end("ok");
    assertEquals(await used("calls"), 4);
  }));
