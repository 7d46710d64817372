/**
 * The figures of tasks, printed: `deno run -A bench/tasks_figures.ts`. Needs redis-server for those
 * of Redis. Rates are the best of rounds, of CPU time of this process and by wall time; costs of calls
 * are of CPU time.
 */
import { createRuntime } from "../src/runtime/runtime.ts";
import { Call } from "../src/pipeline/call.ts";
import { memoryTasks } from "../src/stores/tasks/memory_tasks.ts";
import { openTasks } from "../src/stores/tasks/open_tasks.ts";
import { newTaskId, type Task } from "../src/tasks/task.ts";
import type { TaskStore } from "../src/tasks/task_store.ts";
import { defineTool } from "../src/tools/define_tool.ts";
import { HAS_REDIS, RedisServer } from "../tests/support/redis.ts";
import { benchRuntime, consume, costs, median, MESSAGE } from "./support.ts";

const OWNER = { tenant: "default", principal: "" };
const QUOTA = { openMax: 1_000_000, bytesMax: Number.MAX_SAFE_INTEGER };
const ROUNDS = 3;
const STORED = 100_000;

function task(): Task {
  const nowMs = Date.now();
  return {
    ...OWNER,
    id: newTaskId(),
    adapter: "http",
    tool: "slow",
    args: { msg: MESSAGE },
    client: { name: "bench", version: "1" },
    capabilities: {},
    status: "working",
    createdMs: nowMs,
    updatedMs: nowMs,
    ttlMs: 3_600_000,
    pollMs: 1_000,
    mayRepeat: false,
    attempts: 1,
    running: true,
    rounds: 0,
    answers: {},
    asked: {},
  };
}

/** Does `work` so often, so many at once; tells how many a second, the best of rounds. */
async function perSecond(
  count: number,
  width: number,
  work: () => Promise<unknown>,
): Promise<string> {
  let [best, ofCpu] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    let left = count;
    const one = async () => {
      while (left-- > 0) await work();
    };
    await Promise.all(Array.from({ length: width }, one));
    best = Math.max(best, count / (performance.now() - start) * 1_000);
    const { user, system } = process.cpuUsage(before);
    ofCpu = Math.max(ofCpu, count / (user + system) * 1_000_000);
  }
  return `${Math.round(ofCpu)} a CPU-second (${Math.round(best)}/s)`;
}

async function rates(name: string, store: TaskStore, width: number): Promise<void> {
  const pure = await perSecond(2_000, width, async () => {
    const { id } = (await store.create(task(), 3_600_000, QUOTA) as { task: Task }).task;
    await store.get(id);
  });
  // What a client sees: the call down the layers, its task kept, run, its end kept, and asked for.
  const quick = defineTool({
    name: "slow",
    description: "Is a task.",
    input: { type: "object", properties: { msg: { type: "string" } } },
    task: "optional",
    handler: ({ msg }) => Promise.resolve(msg as string),
  });
  const runtime = createRuntime({
    tools: [quick],
    maxWorkers: 1_000,
    tasks: { store, openMax: 1_000_000, bytesMax: Number.MAX_SAFE_INTEGER },
  });
  const whole = await perSecond(1_000, width, async () => {
    const call = new Call({ tool: "slow", args: { msg: MESSAGE }, adapter: "http" });
    const started = await runtime.tasks!.handle(call, true);
    if (started.kind !== "task") throw new Error(JSON.stringify(started));
    await runtime.tasks!.get(started.task.id, OWNER);
  });
  await runtime.shutdown();
  console.log(`${name}: create + get ${pure} in the store, ${whole} with the call and its end`);
}

/** From the moment that one process cancels to the moment that a watcher hears of it. */
async function latency(name: string, here: TaskStore, there: TaskStore): Promise<void> {
  const open = (store: TaskStore) =>
    createRuntime({ tools: [forever], tasks: { store, openMax: 1_000_000 } });
  const forever = defineTool({
    name: "slow",
    description: "Waits.",
    task: "optional",
    handler: (_, { signal }) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  const [one, two] = [open(here), open(there)];
  const times: number[] = [];
  for (let i = 0; i < 21; i++) {
    const call = new Call({ tool: "slow", args: {}, adapter: "http" });
    const started = await one.tasks!.handle(call, true);
    if (started.kind !== "task") throw new Error(JSON.stringify(started));
    const { id } = started.task;
    const [seen, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const stop = two.tasks!.watch(id, OWNER, (told) => {
      seen.resolve();
      if (told?.status === "cancelled") heard.resolve();
    });
    await seen.promise;
    const start = performance.now();
    await one.tasks!.cancel(id, OWNER);
    await heard.promise;
    times.push(performance.now() - start);
    stop();
  }
  await one.shutdown({ deadlineMs: 1 });
  if (two !== one) await two.shutdown({ deadlineMs: 1 });
  const worst = Math.max(...times.slice(1));
  console.log(
    `${name}: watch latency p50 ${median(times).toFixed(1)} ms, max ${worst.toFixed(1)} ms`,
  );
}

/** A call that is no task, with and without tasks in the store. */
async function callPath(): Promise<void> {
  const store = memoryTasks();
  for (let i = 0; i < STORED; i++) store.create(task(), 3_600_000, QUOTA);
  const [without, withTasks] = [benchRuntime(), benchRuntime([], { tasks: { store } })];
  const echo = (runtime: typeof without) => () =>
    consume(runtime.callTool("echo", { msg: MESSAGE }));
  const [bare, beside] = await costs(200_000, [echo(without), echo(withTasks)]);
  const percent = (beside! / bare! - 1) * 100;
  console.log(
    `a call: ${bare!.toFixed(0)} ns, with ${STORED} stored tasks ${beside!.toFixed(0)} ns ` +
      `(${percent.toFixed(1)} %)`,
  );
  await without.shutdown();
  await withTasks.shutdown();
}

const folder = await Deno.makeTempDir({ prefix: "gomcp-bench-" });
try {
  await callPath();
  const sqlite = `sqlite:${folder}/state.db`;
  const [one, two] = [await openTasks(sqlite), await openTasks(sqlite)];
  await rates("SQLite, one after another", one, 1);
  await latency("SQLite, two connections", one, two);
  await one.close();
  await two.close();
  if (HAS_REDIS) {
    await using server = await RedisServer.start({ fsync: "everysec" });
    const [here, there] = [await openTasks(server.url), await openTasks(server.url)];
    await rates("Redis, 64 at once", here, 64);
    await latency("Redis, two connections", here, there);
    await here.close();
    await there.close();
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
