/**
 * What reloads take: of 100 modules that are hosted, and of 100 inline ones, unchanged and changed.
 * Run it by `deno run -A bench/reload_bench.ts`; it prints milliseconds of one reload, the median of a few
 * and the least. Hosts start when they are called, since the start of a hundred would take what the next
 * reload is to be measured by; with `--warm` they all start after each reload, and are waited for.
 */
import { readFlags } from "../src/config/flags.ts";
import { readServeConfig } from "../src/config/serve_config.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { Reloader, type ReloadReport } from "../src/runtime/reload.ts";
import { createFeatureSource } from "../cli/gather_features.ts";
import { type OpenModules, openModules } from "../cli/open_modules.ts";

const MODULES = 100;
const TIMES = 5;
const WARM = Deno.args.includes("--warm");

function module(name: string, isolation: string, version: number): string {
  return `import { defineTool } from "gomcp";
import { z } from "zod";
export default defineTool({
  name: "${name}",
  description: "A tool, version ${version}.",
  input: z.object({ text: z.string() }),
  isolation: "${isolation}",
  handler: ({ text }) => text,
});\n`;
}

async function measure(isolation: "inline" | "process"): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-bench-" });
  const write = async (from: number, to: number, version: number) => {
    for (let i = from; i < to; i++) {
      await Deno.writeTextFile(`${folder}/m${i}.ts`, module(`m${i}`, isolation, version));
    }
  };
  await write(0, MODULES, 0);
  const config = readServeConfig(
    readFlags(SERVE_FLAGS, [
      `--tools=${folder}`,
      "--host-instances=1",
      `--host-warm=${WARM ? 1 : 0}`,
    ], () => undefined),
  );
  const modules = openModules(config.hosts, SILENT_LOG, 30_000);
  const source = createFeatureSource(config, modules, SILENT_LOG);
  const started = performance.now();
  const runtime = createRuntime({ ...await source.load(), hosts: modules.hosts });
  console.log(`${isolation}: first load of ${MODULES} modules: ${since(started)} ms`);
  const reloader = new Reloader({ runtime, source });
  const reload = async (what: string, change: (time: number) => Promise<void>) => {
    const all: number[] = [];
    for (let time = 1; time <= TIMES; time++) {
      await change(time);
      if (WARM) await settled(modules);
      const started = performance.now();
      const report: ReloadReport = await reloader.reload("bench");
      all.push(since(started));
      if (!report.ok) throw new Error(report.error);
    }
    all.sort((a, b) => a - b);
    console.log(`${isolation}: reload, ${what}: ${all[TIMES >> 1]} ms, least ${all[0]} ms`);
  };
  await reload("nothing changed", () => Promise.resolve());
  await reload("one module new", (time) => write(MODULES + time, MODULES + time + 1, 0));
  if (isolation === "process") {
    await reload("one module changed", (time) => write(0, 1, time));
    await reload(`all ${MODULES} changed`, (time) => write(0, MODULES, 100 + time));
  }
  await runtime.shutdown();
  await Deno.remove(folder, { recursive: true });
}

/** Hosts that start after a reload would take part in the next one. */
async function settled({ hosts }: OpenModules): Promise<void> {
  const isWarm = () => hosts?.status().every(({ hosts }) => hosts.length > 0) ?? true;
  while (!isWarm()) await new Promise((resolve) => setTimeout(resolve, 50));
}

function since(startMs: number): number {
  return Math.round(performance.now() - startMs);
}

if (import.meta.main) {
  await measure("inline");
  await measure("process");
  Deno.exit();
}
