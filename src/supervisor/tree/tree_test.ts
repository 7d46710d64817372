/** A supervisor of children: OTP's matrix of strategies, exits and restart types, and its hard cases. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import type { RestartType } from "./child.ts";
import type { Strategy } from "./options.ts";
import { FakeWorld, MATRIX, settle } from "./testing.ts";
import { createChildSupervisor } from "./child_supervisor.ts";

const TYPES: readonly RestartType[] = ["permanent", "transient", "temporary"];

/** What a failing "b" of a, b, c leads to. */
const REACTIONS: Readonly<Record<Strategy, string>> = {
  one_for_one: "-b +b",
  one_for_all: "-b ?c -c ?a -a +a +b +c",
  rest_for_one: "-b ?c -c +b +c",
};

for (const [strategy, reaction] of Object.entries(REACTIONS)) {
  for (const [reason, restarts] of MATRIX) {
    for (const restart of TYPES) {
      const verb = restarts[restart] ? "starts again" : "leaves alone";
      Deno.test(`${strategy} ${verb} a ${restart} child that ended by ${reason.kind}`, async () => {
        const world = new FakeWorld();
        const children = ["a", "b", "c"].map((id) => world.spec(id, { restart: "permanent" }));
        children[1] = world.spec("b", { restart });
        const supervisor = world.supervisor({ strategy: strategy as Strategy, children });
        await supervisor.start();
        assertEquals(world.take(), "+a +b +c");
        await world.end("b", reason);
        assertEquals(world.take(), restarts[restart] ? reaction : "-b");
        assertEquals(supervisor.status().state, "running");
        await supervisor.stop("done");
        assertEquals(world.alive, []);
      });
    }
  }
}

Deno.test("a temporary sibling is not started again with the others", async () => {
  const world = new FakeWorld();
  const children = [world.spec("a"), world.spec("t", { restart: "temporary" }), world.spec("c")];
  const supervisor = world.supervisor({ strategy: "one_for_all", children });
  await supervisor.start();
  world.take();
  await world.crash("a");
  assertEquals(world.take(), "-a ?c -c ?t -t +a +c");
  assertEquals(supervisor.status().state, "running");
  await supervisor.stop("done");
});

Deno.test("a transient child that ended normally is started again with its siblings", async () => {
  const world = new FakeWorld();
  const children = [world.spec("a"), world.spec("t", { restart: "transient" })];
  const supervisor = world.supervisor({ strategy: "one_for_all", children });
  await supervisor.start();
  await world.end("t", { kind: "normal" });
  world.take();
  await world.crash("a");
  assertEquals(world.take(), "-a +a +t");
  await supervisor.stop("done");
});

Deno.test("children stop in the reverse order, one after the other", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({ children: ["a", "b", "c"].map((id) => world.spec(id)) });
  await supervisor.start();
  world.take();
  assertEquals(await supervisor.stop("done"), { kind: "shutdown" });
  assertEquals(world.take(), "?c -c ?b -b ?a -a");
  assertEquals(world.kinds("stopping").length, 3);
  assertEquals(supervisor.status().state, "stopped");
  assertEquals(await supervisor.stop("again"), { kind: "shutdown" });
});

Deno.test("a child that ignores its stop is killed at its time, and its siblings go on in order", async () => {
  const world = new FakeWorld();
  const children = [world.spec("a"), world.spec("b", { shutdownMs: 700 }), world.spec("c")];
  const supervisor = world.supervisor({ children });
  await supervisor.start();
  world.behaviour.get("b")!.stop = "ignores";
  world.take();
  const stopped = supervisor.stop("done");
  await settle();
  await world.advance(699);
  assertEquals(world.take(), "?c -c ?b");
  await world.advance(1);
  await stopped;
  assertEquals(world.take(), "!b -b ?a -a");
  assertEquals(world.kinds("killed").length, 1);
});

Deno.test("a child with shutdownMs 'kill' is not asked, one whose stop throws is killed", async () => {
  const world = new FakeWorld();
  const children = [world.spec("a", { shutdownMs: "kill" }), world.spec("b")];
  const supervisor = world.supervisor({ children });
  await supervisor.start();
  world.behaviour.get("b")!.stop = "throws";
  world.take();
  await supervisor.stop("done");
  assertEquals(world.take(), "?b !b -b !a -a");
});

Deno.test("a child that survives its kill does not hold the stop for ever", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({ children: [world.spec("a", { shutdownMs: 10 })] });
  await supervisor.start();
  Object.assign(world.behaviour.get("a")!, { stop: "ignores", kill: "ignores" });
  const stopped = supervisor.stop("done");
  await settle();
  await world.advance(10);
  await world.advance(5_000);
  assertEquals(await stopped, { kind: "shutdown" });
  assertEquals(world.kinds("lost").length, 1);
});

Deno.test("a restart storm ends: the supervisor gives up, stops all and is failed", async () => {
  const world = new FakeWorld();
  const children = [world.spec("a"), world.spec("b")];
  const supervisor = world.supervisor({ children, intensity: 3, periodMs: 60_000 });
  await supervisor.start();
  for (let crash = 0; crash < 4; crash++) {
    await world.crash("b");
    await world.advance(1_000);
  }
  assertEquals(world.alive, []);
  assertEquals(supervisor.status().state, "failed");
  const reason = await supervisor.exited;
  assertEquals(reason.kind, "crash");
  assertEquals(
    reason.detail,
    'more than 3 restarts within 60000 ms; the last was of child "b": crash: boom',
  );
  await assertRejects(() => supervisor.startChild(world.spec("c")), GomcpError, "does not run");
});

Deno.test("restarts that are far apart are tolerated for ever", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({
    children: [world.spec("a")],
    intensity: 1,
    periodMs: 1_000,
    backoff: { resetMs: 500 },
  });
  await supervisor.start();
  for (let crash = 0; crash < 10; crash++) {
    await world.crash("a");
    assertEquals(world.isAlive("a"), true);
    await world.advance(1_000);
  }
  await supervisor.stop("done");
});

Deno.test("the delays of restarts in a row double up to a bound, with jitter, and begin anew", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({
    children: [world.spec("a")],
    intensity: 100,
    backoff: { minMs: 100, maxMs: 350, resetMs: 10_000 },
    random: () => 0.5,
  });
  await supervisor.start();
  for (const [ms, state] of [[0, "up"], [75, "waiting"], [150, "waiting"], [263, "waiting"]]) {
    await world.crash("a");
    assertEquals(supervisor.status().children[0]!.state, state);
    if (ms === 0) continue;
    await world.advance(ms as number - 1);
    assertEquals(world.isAlive("a"), false, `before ${ms} ms`);
    await world.advance(1);
    assertEquals(world.isAlive("a"), true, `after ${ms} ms`);
  }
  await world.advance(10_001);
  await world.crash("a");
  assertEquals(world.isAlive("a"), true);
  await supervisor.stop("done");
});

Deno.test("a start that fails in the middle stops what was started, in the reverse order", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({
    children: ["a", "b", "c", "d"].map((id) => world.spec(id)),
  });
  world.behaviour.get("c")!.start = "fails";
  await assertRejects(
    () => supervisor.start(),
    GomcpError,
    'child "c" did not start: it will not',
  );
  assertEquals(world.take(), "+a +b ?b -b ?a -a");
  assertEquals([supervisor.status().state, (await supervisor.exited).kind], ["failed", "crash"]);
});

Deno.test("a start that hangs is given up at its time", async () => {
  const world = new FakeWorld();
  const children = [world.spec("a"), world.spec("b", { startMs: 400 })];
  const supervisor = world.supervisor({ children });
  world.behaviour.get("b")!.start = "hangs";
  const started = supervisor.start();
  await settle();
  await world.advance(400);
  await assertRejects(() => started, GomcpError, "within 400 ms");
  assertEquals(world.alive, []);
});

Deno.test("a child that fails while others still start waits for its delay", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({ children: [world.spec("a"), world.spec("b")] });
  world.behaviour.get("b")!.start = "hangs";
  supervisor.start().catch(() => {});
  await settle();
  await world.crash("a");
  await world.crash("a");
  assertEquals(world.take(), "+a -a +a -a");
  await world.advance(100);
  assertEquals(world.take(), "+a");
  await supervisor.stop("done");
  assertEquals(world.alive, []);
});

Deno.test("a restart that fails is tried again, with growing delays", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({ children: [world.spec("a")], intensity: 5 });
  await supervisor.start();
  world.behaviour.get("a")!.start = "fails";
  await world.crash("a");
  await world.advance(100);
  assertEquals(world.kinds("start_failed").length, 2);
  world.behaviour.get("a")!.start = "starts";
  await world.advance(200);
  assertEquals(world.isAlive("a"), true);
  await supervisor.stop("done");
});

Deno.test("a stop in the midst of a restart ends it", async () => {
  for (const strategy of ["one_for_one", "one_for_all"] as const) {
    const world = new FakeWorld();
    const supervisor = world.supervisor({
      strategy,
      children: [world.spec("a"), world.spec("b")],
      intensity: 9,
    });
    await supervisor.start();
    // Once while it waits for its delay, once while it starts.
    await world.crash("b");
    await world.crash("b");
    assertEquals(supervisor.status().state, "restarting");
    world.behaviour.get("b")!.start = "hangs";
    await world.advance(100);
    const stopped = supervisor.stop("done");
    assertEquals(await stopped, { kind: "shutdown" });
    await world.advance(100_000);
    assertEquals([world.alive, world.clock.pending], [[], 0], strategy);
  }
});

Deno.test("a stop while all wait for their delays leaves no timer behind", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({ children: [world.spec("a"), world.spec("b")] });
  await supervisor.start();
  for (const id of ["a", "b"]) await world.crash(id);
  await world.crash("a");
  await supervisor.stop("done");
  assertEquals([world.alive, world.clock.pending], [[], 0]);
});

Deno.test("what starts after its supervisor has stopped waiting is killed", async () => {
  const world = new FakeWorld();
  const late = Promise.withResolvers<void>();
  const inner = world.spec("late");
  const supervisor = world.supervisor({
    children: [{
      ...inner,
      shutdownMs: 100,
      start: async (signal) => {
        await late.promise;
        return await inner.start(signal);
      },
    }],
  });
  supervisor.start().catch(() => {});
  await settle();
  const stopped = supervisor.stop("done");
  await settle();
  await world.advance(100);
  assertEquals(await stopped, { kind: "shutdown" });
  late.resolve();
  await settle();
  assertEquals(world.take(), "+late !late -late");
});

Deno.test("children are added and taken out while it runs", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({ strategy: "rest_for_one", children: [world.spec("a")] });
  await supervisor.start();
  await supervisor.startChild(world.spec("b"));
  await assertRejects(() => supervisor.startChild(world.spec("b")), GomcpError, "with this id");
  world.take();
  await world.crash("a");
  assertEquals(world.take(), "-a ?b -b +a +b");
  await supervisor.stopChild("b", "not needed");
  assertEquals(supervisor.status().children.map(({ id }) => id), ["a"]);
  await supervisor.stopChild("nobody", "never there");
  const bad = world.spec("c");
  world.behaviour.get("c")!.start = "fails";
  await assertRejects(() => supervisor.startChild(bad), GomcpError, "it will not");
  assertEquals(supervisor.status().children.length, 1);
  await supervisor.stop("done");
  await assertRejects(() => supervisor.startChild(world.spec("d")), GomcpError, "does not run");
});

Deno.test("a child that is over can be replaced by one of its id", async () => {
  const world = new FakeWorld();
  const spec = world.spec("job", { restart: "temporary" });
  const supervisor = world.supervisor({ children: [spec] });
  await supervisor.start();
  await world.crash("job");
  assertEquals(supervisor.status().children[0]!.state, "down");
  await supervisor.startChild(spec);
  assertEquals(world.isAlive("job"), true);
  await supervisor.stop("done");
});

Deno.test("kill() ends all at once, whatever they think of it", async () => {
  const world = new FakeWorld();
  const supervisor = world.supervisor({ children: ["a", "b", "c"].map((id) => world.spec(id)) });
  await supervisor.start();
  for (const id of ["a", "b", "c"]) world.behaviour.get(id)!.stop = "ignores";
  supervisor.kill();
  await settle();
  assertEquals([world.alive, supervisor.status().state], [[], "stopped"]);
});

Deno.test("options out of range, and two children of one id, are refused", () => {
  const child = { id: "a", start: () => Promise.reject(new Error()) };
  for (
    const [options, text] of [
      [{ intensity: -1 }, "intensity is -1"],
      [{ periodMs: 0 }, "periodMs is 0"],
      [{ backoff: { minMs: 5, maxMs: 4 } }, "backoff.maxMs is 4"],
      [{ children: [child, child] }, 'two children with the id "a"'],
      [{ children: [{ ...child, shutdownMs: NaN }] }, 'child "a": shutdownMs is NaN'],
      [{ children: [{ ...child, startMs: 0 }] }, 'child "a": startMs is 0'],
    ] as const
  ) {
    assertThrows(() => createChildSupervisor({ name: "x", ...options }), GomcpError, text);
  }
});
