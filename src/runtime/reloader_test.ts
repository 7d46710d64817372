/** Reloads one after the other, and what is remembered of them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import { defineTool } from "../tools/define_tool.ts";
import { createRuntime } from "./runtime.ts";
import { type LoadedFeatures, Reloader } from "./reloader.ts";

function toolOf(name: string) {
  return defineTool({ name, description: "x", handler: () => "" });
}

/** A reloader whose source gives what the test says, when it says so. */
function setUp() {
  const clock = new FakeClock();
  const runtime = createRuntime({ tools: [toolOf("a")], clock });
  const loads: PromiseWithResolvers<LoadedFeatures>[] = [];
  const source = {
    load() {
      const load = Promise.withResolvers<LoadedFeatures>();
      loads.push(load);
      return load.promise;
    },
  };
  const journal: string[] = [];
  const onReload = () => {
    journal.push("begin");
    return () => void journal.push("end");
  };
  const reloader = new Reloader({ runtime, source, onReload });
  let released = 0;
  const features = (name: string, waiting: readonly string[] = []): LoadedFeatures => ({
    tools: [toolOf(name)],
    waiting,
    onRetired: () => void released++,
  });
  return { clock, runtime, reloader, loads, journal, features, released: () => released };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await undefined;
}

Deno.test("reload() runs one after the other; those that are asked for meanwhile are one", async () => {
  const { reloader, loads, features, runtime } = setUp();
  const first = reloader.reload("SIGHUP");
  await settle();
  const [second, third] = [reloader.reload("watch"), reloader.reload("watch")];
  await settle();
  assertEquals(loads.length, 1);
  loads[0]!.resolve(features("b"));
  assert((await first).ok);
  await settle();
  assertEquals(loads.length, 2, "what has changed since the first began is seen by the second");
  loads[1]!.resolve(features("c"));
  assertEquals(await second, await third);
  assertEquals([runtime.generations().current, reloader.state().reloads], [3, 2]);
});

Deno.test("reload() that fails says why, changes nothing, and lets the next one be", async () => {
  const { reloader, loads, features, runtime, journal } = setUp();
  const failing = reloader.reload("admin");
  await settle();
  loads[0]!.reject(new Error("a.ts is broken"));
  const report = await failing;
  assertEquals([report.ok, !report.ok && report.error], [false, "a.ts is broken"]);
  assertEquals(runtime.registry.entry("a")?.tool.name, "a");
  const next = reloader.reload("admin");
  await settle();
  loads[1]!.resolve(features("b", ["/inline.ts"]));
  await next;
  const { reloads, failed, waiting, last } = reloader.state();
  assertEquals([reloads, failed, waiting, last?.ok], [2, 1, ["/inline.ts"], true]);
  assertEquals(journal, ["begin", "end", "begin", "end"]);
});

Deno.test("what was loaded for nothing is given back: a dry run, a failure, no change", async () => {
  const { reloader, loads, features, runtime, released, journal } = setUp();
  const dry = reloader.reload("admin", { dryRun: true });
  await settle();
  loads[0]!.resolve(features("b"));
  assertEquals((await dry).ok && runtime.generations().current, 1);
  assertEquals([released(), journal, reloader.state().reloads], [1, [], 0]);

  const twice = reloader.reload("admin");
  await settle();
  loads[1]!.resolve({ ...features("b"), tools: [toolOf("b"), toolOf("b")] });
  assertEquals([(await twice).ok, released()], [false, 2]);

  const { tool } = runtime.registry.entry("a")!;
  const same = reloader.reload("admin");
  await settle();
  loads[2]!.resolve({ ...features("a"), tools: [tool] });
  assertEquals([(await same).ok, released(), runtime.generations().current], [true, 3, 1]);
});

Deno.test("modules that never load fail the reload after a minute; what comes after is nobody's", async () => {
  const { reloader, loads, features, clock, runtime, released } = setUp();
  const slow = reloader.reload("admin");
  await settle();
  clock.advance(LIMITS.reloadMsMax);
  const report = await slow;
  assertMatch(report.ok ? "" : report.error, /have not loaded within 60000 ms/);
  loads[0]!.resolve(features("b"));
  await settle();
  assertEquals([released(), runtime.generations().current], [1, 1]);
});
