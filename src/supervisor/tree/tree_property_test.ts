/** Whatever happens to its children, in whatever order, a supervisor keeps its promises. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeWorld, MATRIX, settle } from "./testing.ts";
import { supervisorChild } from "./child_supervisor.ts";

const IDS = ["a", "b", "c", "d"];
const INTENSITY = 4;
const PERIOD_MS = 2_000;

const id = fc.constantFrom(...IDS);
const step = fc.oneof(
  fc.record({
    do: fc.constant("end" as const),
    id,
    reason: fc.constantFrom(...MATRIX.map(([reason]) => reason)),
  }),
  fc.record({
    do: fc.constant("behave" as const),
    id,
    start: fc.constantFrom("starts" as const, "fails" as const, "hangs" as const),
    stop: fc.constantFrom("ends" as const, "ignores" as const, "throws" as const),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.nat(1_500) }),
  fc.record({ do: fc.constant("add" as const), id }),
  fc.record({ do: fc.constant("remove" as const), id }),
);

const scenario = fc.record({
  strategy: fc.constantFrom(
    "one_for_one" as const,
    "one_for_all" as const,
    "rest_for_one" as const,
  ),
  types: fc.tuple(
    ...IDS.map(() =>
      fc.constantFrom("permanent" as const, "transient" as const, "temporary" as const)
    ),
  ),
  nested: fc.boolean(),
  /** Whether the supervisor is let come to rest between two steps. */
  steps: fc.array(fc.tuple(step, fc.boolean()), { maxLength: 30 }),
});

Deno.test("a supervisor keeps its promises, whatever its children do", async () => {
  await fc.assert(fc.asyncProperty(scenario, check), { numRuns: 400 });
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

async function check({ strategy, types, nested, steps }: Scenario): Promise<void> {
  const world = new FakeWorld();
  const specs = IDS.map((each, at) =>
    world.spec(each, { restart: types[at]!, shutdownMs: 300, startMs: 900 })
  );
  const options = world.options({
    strategy,
    children: specs.slice(0, 3),
    intensity: INTENSITY,
    periodMs: PERIOD_MS,
  });
  const top = nested
    ? world.supervisor({ name: "above", children: [supervisorChild(options)] })
    : world.supervisor(options);
  await top.start();
  for (const [step, rests] of steps) {
    if (step.do === "end") world.alive.find((life) => life.id === step.id)?.end(step.reason);
    if (step.do === "behave") Object.assign(world.behaviour.get(step.id)!, step);
    if (step.do === "wait") await wait(world, step.ms);
    if (step.do === "add" && !nested) {
      top.startChild(specs[IDS.indexOf(step.id)]!).catch(() => {});
    }
    if (step.do === "remove" && !nested) top.stopChild(step.id, "test").catch(() => {});
    if (rests) await settle();
    assertNoTwins(world);
  }
  await settle();
  assertRestarts(world);
  await assertEnds(world, top);
}

/** In small steps: promises go on between any two timers, as they do in real time. */
async function wait(world: FakeWorld, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) await world.advance(Math.min(left, 50));
}

function assertNoTwins({ alive }: FakeWorld): void {
  assertEquals(new Set(alive.map(({ id }) => id)).size, alive.length, "two lives of one child");
}

/** In no period does a supervisor start again more often than it tolerates, counted from its start. */
function assertRestarts(world: FakeWorld): void {
  let times: number[] = [];
  for (const [at, event] of world.events.entries()) {
    if (event.supervisor !== "top") continue;
    if (event.kind === "gave_up") times = [];
    if (event.kind !== "restarting") continue;
    const nowMs = world.eventTimes[at]!;
    times = [...times.filter((time) => time > nowMs - PERIOD_MS), nowMs];
    assert(times.length <= INTENSITY, `${times.length} restarts within ${PERIOD_MS} ms`);
  }
}

/** Whatever state it is in, it can be stopped, in bounded time, and nothing is left. */
async function assertEnds(
  world: FakeWorld,
  top: ReturnType<FakeWorld["supervisor"]>,
): Promise<void> {
  const stopped = top.stop("the end");
  await wait(world, 10_000);
  const end = await Promise.race([stopped, settle().then(() => undefined)]);
  assert(end !== undefined, `it does not end: ${JSON.stringify(top.status())}`);
  assertEquals(world.alive, []);
  assertEquals(world.clock.pending, 0);
  await world.advance(100_000);
  assertEquals(world.alive, []);
}
