/** Tool hosts over their life: heartbeat, replacement, idleness, and modules that fail as a whole. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { openModules } from "../cli/open_modules.ts";
import type { LogFields, Logger } from "../src/base/log.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import type { HostOptions, ToolHosts } from "../src/runtime/hosts.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { loadModules } from "../src/runtime/tools.ts";
import { TempFolder } from "./support/fixtures.ts";
import { isAlive } from "./support/processes.ts";
import { until } from "./support/wait.ts";

/** Processes are looked for in /proc; hosts end in their own time, not in the test's. */
const OPTIONS = { ignore: Deno.build.os !== "linux", sanitizeOps: false, sanitizeResources: false };

const MODULE = `import { defineTool } from "gomcp";
const description = "d";
export const pid = defineTool({ name: "pid", description, handler: () => String(Deno.pid) });
export const hang = defineTool({ name: "hang", description, handler: () => { while (true); } });
export const exit = defineTool({ name: "exit", description, handler: () => Deno.exit(1) });
export const grow = defineTool({ name: "grow", description, handler: () => {
  (globalThis as any).kept = Array.from({ length: 30 }, () => new Uint8Array(4e6).fill(1));
  return String(Deno.pid);
} });
export const slow = defineTool({ name: "slow", description,
  handler: () => new Promise((resolve) => setTimeout(resolve, 300, String(Deno.pid))) });
`;

interface Served {
  readonly runtime: Runtime;
  readonly hosts: ToolHosts;
  readonly folder: TempFolder;
  readonly warnings: (readonly [string, LogFields])[];
  /** Loads the module anew, as a reload does; what is served stays what it was. */
  open(): Promise<void>;
  text(tool: string): Promise<string>;
}

async function withHosts(
  options: HostOptions,
  text: string,
  work: (served: Served) => Promise<void>,
): Promise<void> {
  await using folder = await TempFolder.of({ "m.ts": text });
  const warnings: [string, LogFields][] = [];
  const note = (message: string, fields: LogFields = {}) => void warnings.push([message, fields]);
  const log: Logger = { ...SILENT_LOG, warn: note, error: note };
  const config = { isolation: "process", grants: [], instances: 1, ...options } as const;
  const { loads, hosts } = openModules(config, log, 60_000);
  const load = async () => {
    const { source, end } = await loads.begin();
    const { tools } = await loadModules([`${folder.path}/m.ts`], source);
    end();
    return tools;
  };
  const tools = await load();
  const runtime = createRuntime({ tools: tools.map(({ item }) => item), hosts, log });
  const callText = async (tool: string) => {
    const outcome = await runtime.callTool(tool, {});
    if (outcome.kind === "problem") return `${outcome.problem.code}: ${outcome.problem.detail}`;
    return (outcome.result.content[0] as { text: string }).text;
  };
  // The program's own timers keep no process alive; a server has its clients for that.
  const alive = setInterval(() => {}, 1_000);
  try {
    const open = async () => void await load();
    await work({ runtime, hosts: hosts!, folder, warnings, text: callText, open });
  } finally {
    clearInterval(alive);
    const pids = hosts!.status().flatMap((module) => module.hosts.map(({ pid }) => pid));
    await runtime.shutdown();
    assertEquals(pids.filter(isAlive), []);
  }
}

Deno.test("a host that does not answer heartbeats is killed", OPTIONS, async () => {
  await withHosts({ heartbeatMs: 100 }, MODULE, async ({ text }) => {
    const before = await text("pid");
    assertMatch(await text("hang"), /^worker_lost: .*it missed 3 heartbeats/);
    assertNotEquals(await text("pid"), before);
  });
});

Deno.test("a host is replaced after its calls, which lose nothing by it", OPTIONS, async () => {
  await withHosts({ recycleCalls: 10 }, MODULE, async ({ text }) => {
    const pids = await Promise.all(Array.from({ length: 25 }, () => text("slow")));
    for (let call = 0; call < 25; call++) pids.push(await text("pid"));
    assert(pids.every((pid) => /^\d+$/.test(pid)), pids.join());
    assert(new Set(pids).size >= 3, pids.join());
  });
});

Deno.test("a host that holds much memory is replaced", OPTIONS, async () => {
  const options = { recycleBytes: 160 * 1024 * 1024, heartbeatMs: 100 };
  await withHosts(options, MODULE, async ({ text }) => {
    const before = await text("grow");
    await until(async () => await text("pid") !== before, "another host takes the calls");
    await until(() => !isAlive(Number(before)), "the large one is gone");
  });
});

Deno.test("hosts start when they are needed, and stop when they are not", OPTIONS, async () => {
  const options = { instances: 3, callsPerHost: 1, idleMs: 300, heartbeatMs: 100 };
  await withHosts(options, MODULE, async ({ text, hosts }) => {
    const count = () => hosts.status()[0]!.hosts.length;
    assertEquals(count(), 1);
    const pids = await Promise.all(Array.from({ length: 9 }, () => text("slow")));
    assertEquals(pids.filter((pid) => !/^\d+$/.test(pid)), []);
    assert(new Set(pids).size > 1);
    await until(() => count() === 1, "one host is left");
    assertMatch(await text("pid"), /^\d+$/);
  });
});

Deno.test("without warm hosts the first call waits for one", OPTIONS, async () => {
  await withHosts({ warm: 0, idleMs: 100, heartbeatMs: 100 }, MODULE, async ({ text, hosts }) => {
    await until(() => hosts.status()[0]!.hosts.length === 0, "no host is left");
    assertEquals(hosts.isReady(), true);
    assertMatch(await text("pid"), /^\d+$/);
  });
});

Deno.test("a module whose hosts end again and again fails, and comes back", OPTIONS, async () => {
  const options = { restarts: 2, restartPeriodMs: 60_000, retryMs: 500, breakerFailures: 100 };
  await withHosts(options, MODULE, async ({ text, runtime, hosts }) => {
    for (let call = 0; call < 3; call++) assertMatch(await text("exit"), /^worker_lost/);
    await until(() => !runtime.isReady(), "the server is not ready");
    assertMatch(await text("pid"), /^(overloaded: .*its module has failed|\d+$)/);
    assertMatch(String(hosts.status()[0]!.failure ?? "ready"), /more than 2 restarts|ready/);
    assertEquals(hosts.status()[0]!.lost, 3);
    await until(() => runtime.isReady(), "the server is ready again");
    assertMatch(await text("pid"), /^\d+$/);
  });
});

Deno.test(
  "a module whose hosts do not start any more fails, whatever restarts are allowed",
  OPTIONS,
  async () => {
    await withHosts({ retryMs: 100 }, MODULE, async ({ text, runtime, folder, hosts }) => {
      await folder.write("m.ts", "throw new Error('broken by an edit');");
      assertMatch(await text("exit"), /^worker_lost/);
      await until(() => !runtime.isReady(), "the server is not ready");
      const failure = () => hosts.status()[0]!.failure;
      assertMatch(failure() ?? "it is tried again", /broken by an edit|it is tried again/);
      assertMatch(await text("pid"), /its module has failed/);
      await folder.write("m.ts", MODULE);
      await until(() => runtime.isReady(), "the server is ready again");
      assertMatch(await text("pid"), /^\d+$/);
    });
  },
);

Deno.test(
  "a module that has come to import packages is named as one to reload",
  OPTIONS,
  async () => {
    await withHosts({ retryMs: 60_000 }, MODULE, async ({ text, runtime, folder, hosts }) => {
      await folder.write(
        "m.ts",
        `import { z } from "zod";\n${MODULE}export const schema = z.string();`,
      );
      assertMatch(await text("exit"), /^worker_lost/);
      await until(() => !runtime.isReady(), "the server is not ready");
      assertMatch(
        hosts.status()[0]!.failure!,
        /it imports packages, which it did not .* reload it/,
      );
    });
  },
);

Deno.test("a host that comes back with other tools is not taken", OPTIONS, async () => {
  const options = { restarts: 1, restartPeriodMs: 60_000, retryMs: 100 };
  await withHosts(options, MODULE, async ({ text, runtime, folder, warnings }) => {
    await folder.write("m.ts", MODULE.replace('name: "pid"', 'name: "other"'));
    assertMatch(await text("exit"), /^worker_lost/);
    await until(() => !runtime.isReady(), "the server is not ready");
    await folder.write("m.ts", MODULE);
    await until(() => runtime.isReady(), "the server is ready again");
    assertMatch(await text("pid"), /^\d+$/);
    assert(warnings.some(([message]) => message.startsWith("a tool module")));
  });
});

Deno.test(
  "calls that came before a reload are run after it, where their host was lost and cannot come back",
  OPTIONS,
  async () => {
    await withHosts({}, MODULE, async ({ text, runtime, folder, open }) => {
      const changed = MODULE.replace('"d"', '"Another."')
        .replace('name: "slow"', 'name: "slow", input: { type: "object", required: ["x"] }');
      await folder.write("m.ts", changed);
      await open();
      assertMatch(await text("exit"), /^worker_lost: .* was lost: it ended by itself/);
      for (const _ of [1, 2, 3]) assertMatch(await text("pid"), /^\d+$/);
      assertEquals(runtime.isReady(), true);
      // Its arguments were checked by another schema than the one that holds now.
      assertMatch(await text("slow"), /its module has failed/);
    });
  },
);
