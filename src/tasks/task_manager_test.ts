/** Tasks from their beginning to their end, in one process, with a clock that is turned by hand. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { SILENT_LOG } from "../base/log.ts";
import { createAuditLog } from "../audit/audit_log.ts";
import { Call } from "../pipeline/call.ts";
import { RetryAsker } from "../pipeline/retry_asker.ts";
import { createRuntime } from "../runtime/runtime.ts";
import type { TaskOptions } from "../runtime/tasks.ts";
import { memoryTasks } from "../stores/tasks/memory_tasks.ts";
import { defineTool } from "../tools/define_tool.ts";
import type { ToolOptions } from "../tools/tool.ts";
import { isOver, type Task, type TaskOwner } from "./task.ts";
import type { TaskRunner, TaskRuns } from "./task_runner.ts";
import type { TaskStore } from "./task_store.ts";

const NOBODY: TaskOwner = { tenant: "default", principal: "" };
const LEASE_MS = 1_000;

interface Setup extends Omit<TaskOptions, "store"> {
  readonly store?: TaskStore;
  readonly tool?: Partial<ToolOptions>;
  readonly clock?: FakeClock;
}

function setUp({ tool, clock = new FakeClock(), store, ...options }: Setup = {}) {
  const gates: PromiseWithResolvers<string>[] = [];
  const signals: AbortSignal[] = [];
  const slow = defineTool({
    name: "slow",
    description: "Ends when it is told to.",
    task: "optional",
    annotations: { idempotentHint: true },
    handler: (_, { signal }) => {
      signals.push(signal);
      gates.push(Promise.withResolvers<string>());
      return gates.at(-1)!.promise;
    },
    ...tool as object,
  });
  const audit = createAuditLog({ clock });
  const tasks = { leaseMs: LEASE_MS, ...options, store: store ?? memoryTasks(clock) };
  const runtime = createRuntime({ tools: [slow], clock, audit, log: SILENT_LOG, tasks });
  const call = () =>
    new Call({ tool: "slow", args: {}, adapter: "http", asker: new RetryAsker({}, {}) });
  return {
    runtime,
    tasks: runtime.tasks!,
    store: tasks.store,
    clock,
    gates,
    signals,
    audit,
    call,
    async start(): Promise<Task> {
      const started = await runtime.tasks!.handle(call());
      assert(started.kind === "task", JSON.stringify(started));
      return started.task;
    },
    async close() {
      for (const { resolve } of gates) resolve("late");
      await runtime.shutdown({ deadlineMs: 1 });
      await audit.close();
    },
  };
}

/** Lets promises settle; the clock stands still meanwhile. */
async function turns(): Promise<void> {
  for (let i = 0; i < 100; i++) await undefined;
}

Deno.test("handle() answers with a task that is there before its tool has ended", async () => {
  const { start, tasks, gates, store, close } = setUp();
  const task = await start();
  assertEquals((await tasks.get(task.id, NOBODY))?.status, "working");
  gates[0]!.resolve("done");
  await turns();
  const ended = (await store.get(task.id))!.task;
  assertEquals(ended.result?.content, [{ type: "text", text: "done" }]);
  assert(task.id.length === 32 && isOver(ended));
  await close();
});

Deno.test("handle() refuses what the layers refuse, and keeps nothing of it", async () => {
  const { tasks, store, close } = setUp();
  const missing = await tasks.handle(new Call({ tool: "nobody", args: {}, adapter: "http" }));
  assert(missing.kind === "problem" && missing.problem.code === "unknown_tool");
  const call = new Call({ tool: "slow", args: { wrong: 1 }, adapter: "http" });
  const invalid = await tasks.handle(call);
  assert(invalid.kind === "problem" && invalid.problem.code === "invalid_arguments");
  assertEquals(await store.list({ max: 9 }), []);
  await close();
});

Deno.test("handle() refuses tasks above the quotas, saying which", async () => {
  const { start, tasks, call, close } = setUp({ openMax: 1 });
  await start();
  const refused = await tasks.handle(call());
  assert(refused.kind === "problem", "refused");
  assertEquals([refused.problem.code, refused.problem.limit], ["overloaded", 1]);
  await close();
});

Deno.test("only the owner has a task, whatever it is asked", async () => {
  const { start, tasks, store, close } = setUp();
  const { id } = await start();
  for (const other of [{ ...NOBODY, tenant: "b" }, { ...NOBODY, principal: "k" }]) {
    assertEquals(await tasks.get(id, other), undefined);
    assertEquals(await tasks.cancel(id, other), undefined);
    assertEquals(await tasks.update(id, other, {}), undefined);
    const told: unknown[] = [];
    const stop = tasks.watch(id, other, (task) => told.push(task));
    await turns();
    assertEquals(told.filter((each) => each !== undefined), []);
    stop();
  }
  assertEquals((await store.get(id))?.task.status, "working");
  await close();
});

Deno.test("cancel() stops the call, and its task stays cancelled", async () => {
  const { start, tasks, signals, gates, close } = setUp();
  const { id } = await start();
  assertEquals((await tasks.cancel(id, NOBODY))?.status, "cancelled");
  await turns();
  assertEquals(signals[0]!.aborted, true);
  gates[0]!.resolve("too late");
  await turns();
  assertEquals((await tasks.get(id, NOBODY))?.status, "cancelled");
  assertEquals((await tasks.cancel(id, NOBODY))?.status, "cancelled", "once more is no error");
  await close();
});

Deno.test("a call that outlives taskAfter becomes a task; one that does not is answered", async () => {
  const { tasks, call, clock, gates, store, close } = setUp({ tool: { taskAfter: "50ms" } });
  const quick = tasks.handle(call());
  gates[0]!.resolve("quick");
  assertEquals((await quick).kind, "result");
  clock.advance(100);
  await turns();
  assertEquals(await store.list({ max: 9 }), [], "it has ended");
  const slow = tasks.handle(call());
  clock.advance(50);
  const started = await slow;
  assert(started.kind === "task");
  gates[1]!.resolve("slow");
  await turns();
  assertEquals((await store.get(started.task.id))?.task.status, "completed");
  await close();
});

Deno.test("a task's run has a deadline, and has failed when it is over", async () => {
  const { start, clock, store, close } = setUp({ timeoutMs: 60_000 });
  const { id } = await start();
  clock.advance(31_000);
  await turns();
  assertEquals((await store.get(id))?.task.status, "working", "not by the server's deadline");
  clock.advance(60_000);
  await turns();
  const { task } = (await store.get(id))!;
  assertEquals([task.status, task.problem?.code], ["failed", "deadline_exceeded"]);
  await close();
});

Deno.test("each change of a task's status is on record once, with its id", async () => {
  const { start, gates, audit, close } = setUp();
  const { id } = await start();
  gates[0]!.resolve("done");
  await turns();
  const records = audit.recent().filter(({ kind }) => kind === "task");
  assertEquals(
    records.map(({ stage, code, id: of, tool }) => [stage, code, of, tool]),
    [["received", "pending", id, "slow"], ["completed", "ok", id, "slow"]],
  );
  await close();
});

Deno.test("progress is the status message, written now and then", async () => {
  const gate = Promise.withResolvers<void>();
  const { start, store, clock, close } = setUp({
    tool: {
      handler: async (_, ctx) => {
        for (let i = 1; i <= 100; i++) ctx.progress(i, 100);
        await gate.promise;
        return "done";
      },
    },
  });
  const { id } = await start();
  await turns();
  const first = (await store.get(id))!;
  clock.advance(500);
  await turns();
  const second = (await store.get(id))!;
  assertEquals(second.task.statusMessage, "100 of 100");
  assert(second.version - first.version <= 1, "not once for each");
  gate.resolve();
  await turns();
  await close();
});

Deno.test("a runner of another kind decides when a task runs again, and runs it once", async () => {
  const scheduled: [string, number][] = [];
  let runs: TaskRuns | undefined;
  const runner: TaskRunner = {
    start: (given) => void (runs = given),
    schedule: (id, delayMs) => void scheduled.push([id, delayMs]),
    close: () => {},
  };
  let answers = 0;
  const { tasks, store, clock, close } = setUp({
    runner,
    tool: {
      handler: async (_, ctx) => {
        const schema = { type: "object", properties: { name: { type: "string" } } };
        const { content } = await ctx.elicit({ key: "who", message: "Who?", schema });
        answers++;
        return `for ${content?.name}`;
      },
    },
  });
  const asker = new RetryAsker({ elicitation: {} }, {});
  const call = new Call({ tool: "slow", args: {}, adapter: "http", asker });
  const started = await tasks.handle(call);
  assert(started.kind === "task");
  const { id } = started.task;
  await turns();
  assertEquals(Object.keys((await store.get(id))!.task.asked), ["1:who"]);
  const answer = { action: "accept", content: { name: "Ada" } };
  await tasks.update(id, NOBODY, { "1:who": answer });
  clock.advance(60_000);
  await turns();
  assertEquals([scheduled, answers], [[[id, 0]], 0], "nobody else runs it");
  await Promise.all([runs!.run(id), runs!.run(id)]);
  const { task } = (await store.get(id))!;
  assertEquals([task.result?.content, answers], [[{ type: "text", text: "for Ada" }], 1]);
  await close();
});
