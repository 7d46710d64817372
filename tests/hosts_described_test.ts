/** Many modules at once: one process says what they have, and their own hosts have the last word. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createFeatureSource } from "../cli/gather_features.ts";
import { openModules } from "../cli/open_modules.ts";
import { readFlags } from "../src/config/flags.ts";
import { readServeConfig } from "../src/config/serve_config.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { Reloader } from "../src/runtime/reload.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { TempFolder } from "./support/fixtures.ts";
import { until } from "./support/wait.ts";

/** Hosts end in their own time, not in the test's. */
const OPTIONS = {
  ignore: Deno.build.os === "windows",
  sanitizeOps: false,
  sanitizeResources: false,
};

function module(name: string, { top = "", description = '"d"', more = "" } = {}): string {
  return `import { defineTool } from "gomcp";\n${top}\n` +
    `export default defineTool({ name: "${name}", description: ${description}, ${more}\n` +
    "  handler: () => String(Deno.pid) });\n";
}

/** Seven modules: more than are started each by itself. */
function modules(special: Readonly<Record<string, string>> = {}): Record<string, string> {
  const names = Array.from({ length: 7 }, (_, i) => `m${i}`);
  const plain = Object.fromEntries(names.map((name) => [`tools/${name}.ts`, module(name)]));
  return { ...plain, ...special };
}

function open(folder: TempFolder, ...flags: string[]) {
  const args = [`--tools=${folder.path}/tools`, "--host-instances=1", ...flags];
  const config = readServeConfig(readFlags(SERVE_FLAGS, args, () => undefined));
  const opened = openModules(config.hosts, SILENT_LOG, 60_000);
  const source = createFeatureSource(config, opened, SILENT_LOG);
  return { ...opened, hosts: opened.hosts!, source };
}

async function text(runtime: Runtime, tool: string): Promise<string> {
  const outcome = await runtime.callTool(tool, {});
  if (outcome.kind === "problem") return `${outcome.problem.code}: ${outcome.problem.detail}`;
  return (outcome.result.content[0] as { text: string }).text;
}

function descriptionOf(runtime: Runtime, name: string): unknown {
  return runtime.registry.entry(name)?.tool.definition.description;
}

Deno.test(
  "many modules are served before they have hosts, which start when they are called",
  OPTIONS,
  async () => {
    await using folder = await TempFolder.of(modules({
      "tools/m0.ts": module("m0", {
        top: "let home; try { home = Deno.env.get('HOME'); } catch (e) { home = e.name; }",
        description: "home",
      }),
      "tools/m1.ts": module("m1", { more: "permissions: { env: ['HOME'] }," })
        .replace("Deno.pid", "Deno.env.get('HOME')"),
    }));
    const { source, hosts } = open(folder, "--host-warm=0");
    const runtime = createRuntime({ ...await source.load(), hosts });
    try {
      assertEquals(hosts.status().flatMap(({ hosts }) => hosts), []);
      assertEquals(descriptionOf(runtime, "m0"), "NotCapable");
      assertEquals(await text(runtime, "m1"), Deno.env.get("HOME"));
      const pids = await Promise.all(["m2", "m3", "m4"].map((name) => text(runtime, name)));
      assertEquals(new Set(pids).size, 3, pids.join());
      assertEquals(hosts.status().flatMap(({ hosts }) => hosts).length, 4);
    } finally {
      await runtime.shutdown();
    }
  },
);

for (
  const [what, top, detail] of [
    ["throws", "throw new Error('no such luck');", /m3\.ts: no such luck/],
    ["ends the process", "Deno.exit(3);", /m3\.ts: its host ended: .*status 3/],
    ["talks nonsense", "new (await import('node:net')).Socket({ fd: 3 }).write('x\\n');", /m3\.ts/],
  ] as const
) {
  Deno.test(
    `a module that ${what} is named, of many that are loaded with it`,
    OPTIONS,
    async () => {
      await using folder = await TempFolder.of(
        modules({ "tools/m3.ts": module("m3", { top }) }),
      );
      const { source, hosts } = open(folder);
      try {
        assertMatch((await assertRejects(() => source.load(), Error)).message, detail);
      } finally {
        await hosts.stop();
      }
    },
  );
}

Deno.test(
  "what modules make of each other in one process is mended by their own hosts",
  OPTIONS,
  async () => {
    const counted = (name: string) =>
      module(name, {
        top: 'import { seen } from "./_seen.ts"; seen.push(1);',
        description: "`number ${seen.length}`",
      });
    const names = Array.from({ length: 7 }, (_, i) => `m${i}`);
    await using folder = await TempFolder.of({
      "tools/_seen.ts": "export const seen: number[] = [];",
      ...Object.fromEntries(names.map((name) => [`tools/${name}.ts`, counted(name)])),
    });
    const { source, hosts, loads } = open(folder);
    const runtime = createRuntime({ ...await source.load(), hosts });
    try {
      assertEquals(names.map((name) => descriptionOf(runtime, name)).at(-1), "number 7");
      assertMatch(await text(runtime, "m6"), /its module has failed/);
      const reloader = new Reloader({ runtime, source });
      loads.onMistaken = () => void reloader.reload("test");
      await reloader.reload("test");
      await until(
        () => names.every((name) => descriptionOf(runtime, name) === "number 1"),
        "all are right",
      );
      for (const name of names) assert(/^\d+$/.test(await text(runtime, name)), name);
    } finally {
      await runtime.shutdown();
    }
  },
);
