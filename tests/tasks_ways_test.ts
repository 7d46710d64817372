/** Tasks by the SDK and by the command line. */
import { assert, assertEquals } from "@std/assert";
import { GoMCPClient, type Task } from "../client.ts";
import type { StoredTask } from "../mod.ts";
import { openSqliteState } from "../src/stores/state/sqlite_state.ts";
import { openSqliteTasks } from "../src/stores/tasks/sqlite_tasks.ts";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import { TaskClient } from "./support/tasks.ts";
import { until, within } from "./support/wait.ts";

const LONG_MS = 3_600_000;
const INLINE = "--isolation=inline";
// deno-lint-ignore no-explicit-any -- tests look into answers of every shape
type Json = any;

Deno.test("the SDK starts tasks and waits for them, also through a restart of the server", async () => {
  await using folder = await TempFolder.of();
  const state = `--state=sqlite:${folder.path}/state.db`;
  const file = `${folder.path}/sdk.marks`;
  const started = async (address?: string) =>
    await startServer({
      fixtures: ["marking"],
      args: [INLINE, state, "--task-lease=500ms", ...(address ? [`--addr=${address}`] : [])],
    });
  await using first = await started();
  const client = new GoMCPClient({ baseUrl: first.url });
  const quick = await client.startTask("plain", { ms: 0 });
  assertEquals((await client.awaitTask(quick.taskId)).content, [{ type: "text", text: "waited" }]);
  const long = await client.startTask("plain", { ms: LONG_MS });
  assertEquals((await client.cancelTask(long.taskId)).status, "cancelled");
  await assertFails(client.awaitTask(long.taskId), "cancelled");
  await assertFails(client.getTask("nobody"), "not_found");
  const seen: Task["status"][] = [];
  const again = await client.startTask("again", { file, ms: 1_500 });
  const waiting = client.awaitTask(again.taskId, { onTask: ({ status }) => seen.push(status) });
  waiting.catch(() => {}); // told below
  await until(() => seen.length > 0, "it is told of");
  const { port } = first;
  await first.insist("SIGKILL");
  await using _second = await started(`127.0.0.1:${port}`);
  const result = await within(waiting, "the end of the task");
  assertEquals(result.content, [{ type: "text", text: "marked" }]);
});

async function assertFails(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.then(() => undefined, (thrown) => thrown);
  assertEquals(error?.code, code);
}

Deno.test("a command that lets go of a state file leaves what two connections of a server write", async () => {
  await using folder = await TempFolder.of();
  const path = `${folder.path}/state.db`;
  const [state, store] = [openSqliteState(path), openSqliteTasks(path)];
  const list = async () => (await runCli(["tasks", "list", `--state=sqlite:${path}`])).stdout;
  assertEquals(await list(), "There are no tasks.\n");
  await store.create(TASK, LONG_MS, { openMax: 1, bytesMax: 10_000 });
  assert((await list()).startsWith(TASK.id));
  await store.close();
  await state.close();
});

const TASK: StoredTask["task"] = {
  id: "an-id",
  tenant: "default",
  principal: "",
  adapter: "http",
  tool: "slow",
  args: {},
  client: {},
  capabilities: {},
  status: "working",
  createdMs: Date.now(),
  updatedMs: Date.now(),
  ttlMs: LONG_MS,
  pollMs: 1_000,
  mayRepeat: false,
  attempts: 1,
  running: true,
  rounds: 0,
  answers: {},
  asked: {},
};

Deno.test("gomcp tasks lists, shows and cancels the tasks of running servers", async () => {
  await using folder = await TempFolder.of();
  const state = `--state=sqlite:${folder.path}/state.db`;
  await using server = await startServer({ fixtures: ["marking"], args: [INLINE, state] });
  const client = new TaskClient(server);
  const file = `${folder.path}/cli.marks`;
  const done = await client.start("again", { file });
  await client.until(done);
  const long = await client.start("once", { file, ms: LONG_MS });
  const gomcp = (...args: string[]) => runCli(["tasks", ...args, state]);
  const listed = await gomcp("list", "--json");
  assertEquals([listed.code, listed.stderr], [0, ""]);
  const { tasks } = JSON.parse(listed.stdout);
  assertEquals(tasks.map(({ id, status }: Json) => [id, status]), [
    [long, "working"],
    [done, "completed"],
  ]);
  assertEquals("args" in tasks[0], false);
  assert((await gomcp("list", "--status=working")).stdout.startsWith(long));
  assert((await gomcp("show", long)).stdout.includes("once"));
  const cancelled = await gomcp("cancel", long);
  assertEquals(cancelled.stdout, `Task ${long} is cancelled.\n`);
  const task = await client.get(long);
  assertEquals([task.status, task.statusMessage], [
    "cancelled",
    "An operator cancelled the task",
  ]);
  assertEquals((await gomcp("cancel", done)).stdout, `Task ${done} had ended: completed.\n`);
  const missing = await gomcp("show", "nobody");
  assertEquals([missing.code, missing.stderr.includes('Cannot find task "nobody"')], [5, true]);
  assertEquals((await gomcp("list", "--status=done")).code, 1);
});
