/** Tasks outlive a server that is killed at every step of their life: none is lost, none runs twice. */
import { assert, assertEquals } from "@std/assert";
import { copyFixtures } from "./support/fixtures.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { TaskClient } from "./support/tasks.ts";
import { until } from "./support/wait.ts";

const LONG_MS = 3_600_000;
/** What kills a server quickly enough for a test, and is slow enough for a loaded machine. */
const LEASE = "--task-lease=1s";

/** What a tool has left behind. */
function marks(file: string): string[] {
  try {
    return Deno.readTextFileSync(file).trimEnd().split("\n");
  } catch {
    return [];
  }
}

class World implements AsyncDisposable {
  private constructor(readonly folder: string, readonly state: string) {}

  static async open(state?: string): Promise<World> {
    const folder = await copyFixtures(["marking"]);
    return new World(folder, state ?? `sqlite:${folder}/state.db`);
  }

  start(): Promise<ServerProcess> {
    const tools = ["--tools", `${this.folder}/marking.ts`, "--isolation=inline"];
    return startServer({ args: [...tools, `--state=${this.state}`, LEASE] });
  }

  file(name: string): string {
    return `${this.folder}/${name}.marks`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Ends a server as a power cut does. */
async function kill(server: ServerProcess): Promise<void> {
  server.signal("SIGKILL");
  await server.exit();
}

Deno.test("tasks outlive a server that is killed at any step of their life", async () => {
  await using world = await World.open();
  const file = (name: string) => world.file(name);
  await using first = await world.start();
  const before = new TaskClient(first);
  const begin = (tool: string, name: string, ms: number) =>
    before.start(tool, { file: file(name), ms });

  const ended = await begin("again", "ended", 0);
  const endedBefore = await before.until(ended);
  const cancelled = await begin("again", "cancelled", LONG_MS);
  await before.cancel(cancelled);
  const asking = await begin("asking", "asking", 0);
  assertEquals((await before.until(asking, "input_required")).status, "input_required");
  const partly = await begin("asking", "answered", LONG_MS);
  const { inputRequests } = await before.until(partly, "input_required");
  await before.answer(partly, { [Object.keys(inputRequests)[0]!]: accept("Ada") });
  const again = await begin("again", "again", 3_000);
  const once = await begin("once", "once", LONG_MS);
  for (const name of ["again", "once", "answered"]) {
    await until(() => marks(file(name)).length > 0, `${name} runs`);
  }
  // Answered a moment before the server is lost: it has begun to run, or has not.
  const fresh = await begin("once", "fresh", LONG_MS);
  await kill(first);

  await using second = await world.start();
  const after = new TaskClient(second);
  assertEquals(await after.get(ended), { ...endedBefore, _meta: (await after.get(ended))._meta });
  assertEquals((await after.get(cancelled)).status, "cancelled");
  assertEquals(marks(file("cancelled")), ["begun"]);

  for (const id of [once, fresh, partly]) {
    const task = await after.until(id);
    assertEquals([task.status, task.error?.data.code], ["failed", "worker_lost"]);
    assert(/was lost before it had ended/.test(task.statusMessage), task.statusMessage);
  }
  for (const name of ["once", "answered"]) assertEquals(marks(file(name)), ["begun"], name);
  assert(marks(file("fresh")).length <= 1, "never twice");

  // It waits for an answer, whoever serves it.
  const { inputRequests: still } = await after.get(asking);
  await after.answer(asking, { [Object.keys(still)[0]!]: accept("Bob") });
  const answered = await after.until(asking);
  assertEquals(answered.result.content[0].text, "marked for Bob");

  // It runs again, and again when that server is lost, too.
  await until(() => marks(file("again")).length > 1, "again runs again");
  await kill(second);
  await using third = await world.start();
  const last = await new TaskClient(third).until(again);
  assertEquals(last.result?.content[0].text, "marked", JSON.stringify(last));
  const left = marks(file("again"));
  assertEquals([left.length >= 4, left.at(-1)], [true, "ended"], left.join());
  assertEquals(left.filter((mark) => mark === "ended").length, 1);
});

Deno.test("a server that is told to stop leaves what may run again to the next one", async () => {
  await using world = await World.open();
  await using first = await world.start();
  const file = world.file("again");
  const id = await new TaskClient(first).start("again", { file, ms: 2_000 });
  await until(() => marks(file).length === 1, "it runs");
  await first.insist("SIGTERM");
  await using second = await world.start();
  const task = await new TaskClient(second).until(id);
  assertEquals(task.result.content[0].text, "marked");
  assertEquals(marks(file), ["begun", "begun", "ended"]);
});

Deno.test({
  name: "replicas on one Redis answer for each other's tasks, and one of them runs each",
  ignore: !HAS_REDIS,
  async fn() {
    await using redis = await RedisServer.start();
    await using world = await World.open(redis.url);
    const servers = await Promise.all([world.start(), world.start()]);
    await using one = servers[0];
    await using two = servers[1];
    const [here, there] = [new TaskClient(one), new TaskClient(two)];
    const start = (i: number, tool: string) =>
      (i % 2 === 0 ? here : there).start(tool, { file: world.file(`${tool}${i}`), ms: 200 });
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    const ids = await Promise.all(numbers.map((i) => start(i, "once")));
    const ends = await Promise.all(
      ids.map((id, i) => (i % 2 === 0 ? there : here).until(id)),
    );
    assertEquals(ends.map(({ status }) => status), numbers.map(() => "completed"));
    for (const i of numbers) assertEquals(marks(world.file(`once${i}`)), ["begun", "ended"]);

    // Asked by one, answered by way of the other, cancelled there.
    const asking = await here.start("asking", { file: world.file("asking") });
    const { inputRequests } = await there.until(asking, "input_required");
    await there.answer(asking, { [Object.keys(inputRequests)[0]!]: accept("Ada") });
    assertEquals((await here.until(asking)).result.content[0].text, "marked for Ada");
    const long = await here.start("once", { file: world.file("long"), ms: LONG_MS });
    await there.cancel(long);
    assertEquals((await here.get(long)).status, "cancelled");

    // Those of a lost replica end by way of the other.
    const lost = await here.start("again", { file: world.file("lost"), ms: 300 });
    const never = await here.start("once", { file: world.file("never"), ms: LONG_MS });
    await until(() => marks(world.file("never")).length === 1, "it runs");
    await kill(one);
    assertEquals((await there.until(lost)).status, "completed");
    assertEquals((await there.until(never)).error.data.code, "worker_lost");
    assertEquals(marks(world.file("never")), ["begun"]);
  },
});

function accept(name: string) {
  return { action: "accept", content: { name } };
}
