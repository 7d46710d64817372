/** Supervisors within supervisors: how a failure goes up. */
import { assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { supervisorChild } from "./child_supervisor.ts";
import { FakeWorld } from "./testing.ts";

/** A group of two that tolerates one restart. */
function group(world: FakeWorld, name: string) {
  return world.options({
    name,
    intensity: 1,
    children: [world.spec(`${name}1`), world.spec(`${name}2`)],
  });
}

Deno.test("a group that gives up is started anew, whole, by the supervisor above it", async () => {
  const world = new FakeWorld();
  const top = world.supervisor({
    children: [supervisorChild(group(world, "g")), world.spec("other")],
  });
  await top.start();
  assertEquals(world.take(), "+g1 +g2 +other");
  await world.crash("g1");
  await world.crash("g1");
  assertEquals(world.take(), "-g1 +g1 -g1 ?g2 -g2 +g1 +g2");
  assertEquals(world.kinds("gave_up").map(({ supervisor }) => supervisor), ["g"]);
  assertEquals(top.status().state, "running");
  await top.stop("done");
  assertEquals(world.alive, []);
});

Deno.test("a failure that no group can mend goes up to the top, which gives up, too", async () => {
  const world = new FakeWorld();
  const top = world.supervisor({
    intensity: 1,
    children: [world.spec("first"), supervisorChild(group(world, "g"))],
  });
  await top.start();
  for (let crash = 0; crash < 4; crash++) await world.crash("g2");
  assertEquals(top.status().state, "failed");
  assertEquals(world.kinds("gave_up").map(({ supervisor }) => supervisor), ["g", "g", "top"]);
  assertEquals((await top.exited).kind, "crash");
  assertEquals(world.alive, []);
});

Deno.test("a temporary group that gave up is left alone, and can be started again later", async () => {
  const world = new FakeWorld();
  const spec = supervisorChild(group(world, "g"), { restart: "temporary" });
  const top = world.supervisor({ children: [world.spec("other"), spec] });
  await top.start();
  for (let crash = 0; crash < 2; crash++) await world.crash("g1");
  assertEquals(world.isAlive("g1"), false);
  assertEquals(top.status().children.map(({ state }) => state), ["up", "down"]);
  await top.startChild(spec);
  assertEquals(world.isAlive("g2"), true);
  await top.stop("done");
});

Deno.test("a group whose start fails fails the start of the whole", async () => {
  const world = new FakeWorld();
  const top = world.supervisor({
    children: [world.spec("a"), supervisorChild(group(world, "g"))],
  });
  world.behaviour.get("g2")!.start = "fails";
  await assertRejects(() => top.start(), GomcpError, 'child "g2" did not start: it will not');
  assertEquals(world.take(), "+a +g1 ?g1 -g1 ?a -a");
});

Deno.test("a group that starts is stopped in its midst", async () => {
  const world = new FakeWorld();
  const top = world.supervisor({ children: [supervisorChild(group(world, "g"))] });
  world.behaviour.get("g2")!.start = "hangs";
  top.start().catch(() => {});
  await world.advance(0);
  assertEquals(world.take(), "+g1");
  assertEquals(await top.stop("done"), { kind: "shutdown" });
  assertEquals([world.take(), world.alive], ["?g1 -g1", []]);
});

Deno.test("kill() goes down to the children of groups", async () => {
  const world = new FakeWorld();
  const top = world.supervisor({ children: [supervisorChild(group(world, "g"))] });
  await top.start();
  for (const id of ["g1", "g2"]) world.behaviour.get(id)!.stop = "ignores";
  top.kill();
  await world.advance(0);
  assertEquals(world.alive, []);
});
