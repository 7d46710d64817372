/** Upstreams that hang, die, flood, answer twice, lie and change: what callers and operators see of it. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { upstreamConfig } from "../src/config/upstream_config.ts";
import type { UpstreamEntry } from "../src/config/file/upstream_schema.ts";
import { ServedUpstreams } from "./support/served_upstreams.ts";
import { TempFolder } from "./support/fixtures.ts";
import { until } from "./support/wait.ts";

const SERVER = fileURLToPath(new URL("./support/hostile_upstream.ts", import.meta.url));
const tool = (name: string, more = {}) => ({ name, inputSchema: { type: "object" }, ...more });
const TOOLS = [
  ...[
    "fine",
    "hang",
    "die",
    "error",
    "touch",
    "twice",
    "nothing",
    "blocks",
    "garbage",
    "flood",
    "change",
    "secret",
  ]
    .map((name) => tool(name)),
  tool("environment"),
  tool("invalid", { outputSchema: { type: "object", properties: { n: { type: "number" } } } }),
  tool("bad name!"),
  tool("no schema", { inputSchema: 3 }),
];

/** A server of these tools, and the file that it has them from. */
async function start(
  entry: Partial<UpstreamEntry> = {},
): Promise<{ readonly served: ServedUpstreams; readonly folder: TempFolder } & AsyncDisposable> {
  const folder = await TempFolder.of({ "tools.json": JSON.stringify(TOOLS) });
  const command = [
    Deno.execPath(),
    "run",
    "-A",
    "--no-config",
    SERVER,
    `${folder.path}/tools.json`,
  ];
  const served = await ServedUpstreams.start([{ name: "up", prefix: "", command, ...entry }]);
  return {
    served,
    folder,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("an upstream that does what none should", async (t) => {
  await using parts = await start({ env: { TOKEN: "a-secret-of-many-letters" } });
  const { served } = parts;
  const step = (name: string, fn: () => Promise<void>) =>
    t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });

  await step("has tools that cannot be served left out, and the others served", () => {
    assertEquals(served.names().length, TOOLS.length - 2);
    assert(!served.names().includes("bad name!"));
    return Promise.resolve();
  });
  await step("gets what looks like an attack: only its server can know", async () => {
    const sql = "x' OR '1'='1";
    assertEquals(await served.said("fine", { sql }), JSON.stringify({ sql }));
  });
  await step("hangs: the caller's deadline holds, and others are not delayed", async () => {
    const hung = served.said("hang", {}, 200);
    assertEquals(await served.said("fine", { a: 1 }), '{"a":1}');
    assertMatch(await hung, /^deadline_exceeded: /);
  });
  await step("answers twice: the first answer counts", async () => {
    assertEquals(await served.said("twice"), "first");
    assertEquals(await served.said("fine", {}), "{}");
  });
  await step("says what is no JSON: the answer comes through", async () => {
    assertEquals(await served.said("garbage"), "after garbage");
  });
  await step("gives results that are none: callers are told which", async () => {
    assertMatch(await served.said("invalid"), /its output schema refuses at "\/n": must be number/);
    assertMatch(await served.said("nothing"), /^upstream_failed: .*without "content"/);
    assertMatch(await served.said("blocks"), /\/content\/0\/type is "telepathy"/);
  });
  await step("gives its secret away: callers do not see it", async () => {
    assertEquals(await served.said("secret"), "[secret]");
  });
  await step("has the environment that it was given, not ours", async () => {
    const names = (await served.said("environment")).split(" ");
    assert(names.includes("TOKEN") && names.includes("PATH"));
    assert(!names.some((name) => /^(GOMCP|CI$|SSH)/.test(name)), names.join());
  });
  await step("changes what it has: so does what is served", async () => {
    const changed = [...TOOLS.slice(1), tool("new"), tool("fine", { description: "other" })];
    await parts.folder.write("tools.json", JSON.stringify(changed));
    assertEquals(await served.said("change"), "changed");
    await until(() => served.runtime.registry.entry("new") !== undefined, "the new tool");
    assertEquals(served.runtime.registry.entry("fine")!.tool.definition.description, "other");
  });
  await step("dies in mid-call: the call fails once, and the next one works", async () => {
    const other = served.said("hang");
    assertMatch(await served.said("die"), /^upstream_failed: .*ended by itself with status 3/);
    assertMatch(await other, /^upstream_failed: /);
    assertEquals(await served.said("fine", {}), "{}");
    assertEquals(served.status().connects, 2);
  });
  await step("floods: its connection is ended, and a new one works", async () => {
    assertMatch(await served.said("flood", {}, 60_000), /^upstream_failed: .*floods/);
    assertEquals(await served.said("fine", {}), "{}");
  });
});

Deno.test("an upstream that fails again and again is left alone, then probed", async () => {
  await using parts = await start({
    breaker: { failures: 2, open: "300ms" },
    tools: { hang: { timeout: "50ms" } },
  });
  const { served } = parts;
  for (let i = 0; i < 2; i++) await served.said("hang");
  const refused = await served.call("fine");
  assert(refused.kind === "problem" && refused.problem.retryAfterMs! > 0);
  assertMatch(refused.problem.detail, /has failed 2 times in a row/);
  assertEquals(served.status().tripped, true);
  await until(async () => (await served.said("fine", {})) === "{}", "the probe");
  assertEquals(served.status().tripped, false);
});

Deno.test("callers in a hurry, and errors that callers provoke, leave an upstream to all others", async () => {
  await using parts = await start({ breaker: { failures: 2, open: "1m" } });
  const { served } = parts;
  for (let i = 0; i < 4; i++) {
    assertMatch(await served.said("hang", {}, 1), /^deadline_exceeded/);
    assertMatch(await served.said("error"), /^upstream_failed: .*I would rather not/);
  }
  assertEquals(await served.said("fine", {}), "{}");
  assertEquals(served.status().tripped, false);
});

Deno.test("calls beyond an upstream's bulkhead wait, and beyond its queue are refused", async () => {
  await using parts = await start({ concurrency: 1, queueMax: 1 });
  const { served } = parts;
  const first = served.said("hang", {}, 1_000);
  const second = served.said("fine", {});
  assertMatch(await served.said("fine", {}), /^overloaded: .*has 1 calls, and 1 wait for it/);
  assertMatch(await first, /^deadline_exceeded/);
  assertEquals(await second, "{}");
});

Deno.test("an idle upstream is stopped, and started by the next call", async () => {
  await using parts = await start({ idleTimeout: "100ms" });
  const { served } = parts;
  await until(() => served.status().state === "idle", "it is idle");
  assert(served.runtime.registry.entry("fine") !== undefined, "it stays in the list");
  assertEquals(await served.said("fine", {}), "{}");
  assertEquals(served.status().connects, 2);
});

Deno.test("who calls an idle upstream while it is still ending waits for the next one", async () => {
  await using parts = await start({ idleTimeout: "100ms", env: { SLOW_END_MS: "600" } });
  const { served } = parts;
  await until(() => served.status().state === "idle", "it is idle");
  const both = await Promise.all([served.said("fine", {}), served.said("fine", {})]);
  assertEquals(both, ["{}", "{}"]);
  assertEquals(served.status().connects, 2);
});

Deno.test("nobody waits for a lazy upstream: its tools come when it does", async () => {
  await using parts = await start({ lazy: true, env: { SLOW_START_MS: "700" } });
  const { served } = parts;
  assertEquals([served.status().state, served.names()], ["connecting", []]);
  await until(() => served.runtime.registry.entry("fine") !== undefined, "its tools");
  assertEquals(await served.said("fine", {}), "{}");
});

Deno.test("an upstream is asked to tell of the resources that somebody waits for", async () => {
  await using parts = await start();
  const { served } = parts;
  const told: string[] = [];
  served.upstreams.onResourceUpdated = (uri) => told.push(uri);
  const asked = async () => await served.said("touch");
  assertEquals(await asked(), "");
  served.upstreams.watch(new Set(["hostile://one", "somebody://else"]));
  await until(async () => await asked() === "hostile://one", "it is asked");
  assertEquals(new Set(told), new Set(["hostile://one"]));
  // A connection that comes in place of a lost one is asked, too.
  await served.said("die");
  await until(async () => await asked() === "hostile://one", "it is asked again");
  served.upstreams.watch(new Set());
  await until(async () => await asked() === "", "it is not asked any more");
});

Deno.test("an upstream that does not come back is left out of the lists", async () => {
  await using parts = await start({ leaveOutAfter: "1ms", restart: { max: 0 } });
  const { served } = parts;
  assertMatch(await served.said("die"), /^upstream_failed/);
  await until(() => served.runtime.registry.size === 0, "it is left out");
  assertEquals([served.status().state, served.status().listed], ["down", false]);
});

Deno.test("one upstream that cannot start keeps no other from being served", async () => {
  await using parts = await start();
  const { served } = parts;
  const missing = upstreamConfig({ name: "missing", command: ["/no/such/program"] });
  const settings = served.upstreams.features().map(({ settings }) => settings);
  await served.upstreams.set([...settings, missing]);
  const [up, down] = served.upstreams.status();
  assertEquals([up!.state, down!.state], ["up", "down"]);
  assertMatch(down!.detail!, /No such file or directory/);
  await assertRejects(
    () => served.upstreams.set([missing, missing]),
    Error,
    'Cannot serve two upstreams named "missing"',
  );
});
