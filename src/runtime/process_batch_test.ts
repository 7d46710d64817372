/** Batches on a runtime: one admission, one deadline, one way to be cancelled, one record with its children. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createAuditLog } from "../audit/audit_log.ts";
import { createAuditPolicy } from "../audit/policy.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { GomcpError } from "../base/errors.ts";
import { createBatch } from "../batching/create_batch.ts";
import type { BatchReport } from "../batching/process_batch.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { createTenantManager } from "../tenants/manager.ts";
import type { TenantLimits } from "../tenants/tenant.ts";
import { defineTool } from "../tools/define_tool.ts";
import { createRuntime, type Runtime } from "./runtime.ts";

interface World {
  readonly runtime: Runtime;
  readonly clock: FakeClock;
  readonly audit: ReturnType<typeof createAuditLog>;
  /** Calls of "wait" that have begun; each ends with its text. */
  readonly waiting: { readonly signal: AbortSignal; readonly end: (text: string) => void }[];
  used(): Promise<number>;
}

async function withWorld(
  limits: TenantLimits,
  action: (world: World) => Promise<void>,
  policy = createAuditPolicy(),
): Promise<void> {
  const clock = new FakeClock();
  const tenants = createTenantManager(memoryState(), { clock });
  await tenants.createTenant("a", "A", limits);
  const audit = createAuditLog({ clock, policy });
  const waiting: World["waiting"] = [];
  const hi = defineTool({ name: "hi", description: "Says hi.", handler: () => "hi" });
  const fail = defineTool({
    name: "fail",
    description: "Fails.",
    handler: () => {
      throw new Error("no");
    },
  });
  const wait = defineTool({
    name: "wait",
    description: "Waits.",
    handler: (_, { signal }) => new Promise<string>((end) => waiting.push({ signal, end })),
  });
  const runtime = createRuntime({ tools: [hi, fail, wait], tenants, clock, audit });
  const used = async () => (await tenants.usage("a")).calls.used;
  await action({ runtime, clock, audit, waiting, used });
  for (const { end } of waiting) end("late");
  await runtime.shutdown();
  await tenants.close();
  await audit.close();
}

const A = { tenant: "a" };

async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await undefined;
}

function codesOf(report: BatchReport | { code: string }): string[] {
  assert("results" in report, "the batch was refused");
  return report.results.map(({ outcome }) =>
    outcome.kind === "problem" ? outcome.problem.code : outcome.result.isError ? "tool_error" : "ok"
  );
}

function batchOf(...tools: string[]) {
  const builder = createBatch();
  tools.forEach((tool, index) => builder.add(`r${index}`, tool));
  return builder;
}

Deno.test("a batch gives its results in the order of its calls, each with its id and time", () =>
  withWorld({}, async ({ runtime, clock, waiting }) => {
    const seen: number[] = [];
    const batch = batchOf("wait", "hi", "nobody", "fail").parallel(2).build();
    const running = runtime.processBatch(batch, {
      ...A,
      onResult: ({ index }) => void seen.push(index),
    });
    await settle();
    clock.advance(50);
    waiting[0]!.end("done");
    const report = await running;
    assertEquals(codesOf(report), ["ok", "ok", "unknown_tool", "tool_error"]);
    assert("results" in report);
    assertEquals(report.results.map(({ id, index }) => [id, index]), [
      ["r0", 0],
      ["r1", 1],
      ["r2", 2],
      ["r3", 3],
    ]);
    assertEquals(report.results.map(({ durationMs }) => durationMs), [50, 0, 0, 0]);
    assertEquals(seen, [1, 2, 3, 0]);
  }));

Deno.test("a batch is debited whole or refused whole, and pays for what ran only", () =>
  withWorld({ maxToolCalls: 4 }, async ({ runtime, used, audit }) => {
    const refused = await runtime.processBatch(batchOf("hi", "hi", "hi", "hi", "hi").build(), A);
    assert("code" in refused);
    assertEquals([refused.code, await used()], ["quota_exceeded", 0]);
    const [record, ...more] = audit.recent();
    assertEquals([record?.kind, record?.stage, record?.code], [
      "batch",
      "refused",
      "quota_exceeded",
    ]);
    assertEquals(more, []);
    await runtime.processBatch(batchOf("hi", "fail", "nobody").build(), A);
    assertEquals(await used(), 2);
  }));

Deno.test("a batch that is parallel runs as many calls as its tenant may have at once", () =>
  withWorld({ maxConcurrent: 2 }, async ({ runtime, waiting }) => {
    for (const parallel of [true, 50]) {
      waiting.length = 0;
      const batch = batchOf("wait", "wait", "wait", "wait").parallel(parallel).build();
      const running = runtime.processBatch(batch, A);
      for (const count of [2, 3, 4, 4]) {
        await settle();
        assertEquals(waiting.length, count);
        waiting.find(({ signal }, index) => !signal.aborted && index === count - 2)!.end("done");
      }
      waiting.forEach(({ end }) => end("done"));
      assertEquals(codesOf(await running), ["ok", "ok", "ok", "ok"]);
    }
  }));

for (const failing of ["fail", "nobody"]) {
  Deno.test(`onError "stop" cancels the rest after ${failing}, what runs too; "continue" does not`, () =>
    withWorld({ maxToolCalls: 100 }, async ({ runtime, waiting, used }) => {
      const calls = ["hi", "wait", failing, "hi", "hi"];
      const stopped = await runtime.processBatch(
        batchOf(...calls).parallel(2).onError("stop").build(),
        A,
      );
      const code = failing === "fail" ? "tool_error" : "unknown_tool";
      assertEquals(codesOf(stopped), ["ok", "cancelled", code, "cancelled", "cancelled"]);
      assertEquals(waiting[0]!.signal.aborted, true);
      assertEquals(await used(), failing === "fail" ? 3 : 2);
      const going = await runtime.processBatch(batchOf("hi", failing, "hi").build(), A);
      assertEquals(codesOf(going), ["ok", code, "ok"]);
    }));
}

Deno.test("a deadline ends what has not ended, and keeps what has", () =>
  withWorld({}, async ({ runtime, clock, waiting }) => {
    const batch = batchOf("hi", "wait", "hi").build();
    const running = runtime.processBatch(batch, { ...A, deadlineMs: 1_000 });
    await settle();
    clock.advance(1_000);
    assertEquals(codesOf(await running), ["ok", "deadline_exceeded", "deadline_exceeded"]);
    assertEquals(waiting[0]!.signal.reason.name, "TimeoutError");
    for (const deadlineMs of [0, -1, NaN]) {
      await assertRejects(() => runtime.processBatch(batch, { deadlineMs }), GomcpError);
    }
  }));

Deno.test("a signal cancels what has not ended; one that has aborted before lets nothing run", () =>
  withWorld({}, async ({ runtime, waiting }) => {
    const controller = new AbortController();
    const batch = batchOf("hi", "wait", "hi").build();
    const running = runtime.processBatch(batch, { ...A, signal: controller.signal });
    await settle();
    controller.abort();
    assertEquals(codesOf(await running), ["ok", "cancelled", "cancelled"]);
    const none = await runtime.processBatch(batch, { ...A, signal: controller.signal });
    assertEquals(codesOf(none), ["cancelled", "cancelled", "cancelled"]);
    assertEquals(waiting.length, 1);
  }));

Deno.test("a batch is on record with its beginning and its end, and its calls name it", () =>
  withWorld({}, async ({ runtime, audit }) => {
    await runtime.callTool("hi", {}, A);
    await runtime.processBatch(batchOf("hi", "nobody").build(), A);
    await runtime.processBatch(batchOf("fail", "hi").onError("stop").build(), A);
    const records = audit.recent().map(({ seq, kind, stage, code, batch, received }) => ({
      is: `${seq} ${kind} ${stage} ${code}`,
      batch,
      received,
    }));
    const none = undefined;
    assertEquals(records, [
      { is: "1 tool completed ok", batch: none, received: none },
      { is: "2 batch received pending", batch: none, received: none },
      { is: "3 tool completed ok", batch: 2, received: none },
      { is: "4 tool refused unknown_tool", batch: 2, received: none },
      { is: "5 batch completed ok", batch: none, received: 2 },
      { is: "6 batch received pending", batch: none, received: none },
      { is: "7 tool completed tool_error", batch: 6, received: none },
      { is: "8 tool refused cancelled", batch: 6, received: none },
      { is: "9 batch completed tool_error", batch: none, received: 6 },
    ]);
  }));

Deno.test("a batch that the policy leaves out has no record, and its calls name none", () =>
  withWorld({}, async ({ runtime, audit }) => {
    await runtime.processBatch(batchOf("hi").build(), A);
    assertEquals(audit.recent().map(({ kind, batch }) => [kind, batch]), [["tool", undefined]]);
  }, createAuditPolicy({ rules: [{ tools: ["tools/batch"], level: "none" }] })));
