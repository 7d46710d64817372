/** The machine and the programs that a bench runs on. */
import { cpus } from "node:os";
import type { Machine } from "../../src/bench/report/report.ts";
import { VERSION } from "../../src/runtime/version.ts";

export function describeMachine(): Machine {
  const all = cpus();
  const { os, arch } = Deno.build;
  return {
    os: `${os} ${Deno.osRelease()} ${arch}`,
    cpu: all[0]?.model.trim() ?? "unknown processor",
    cores: all.length,
    memoryBytes: Deno.systemMemoryInfo().total,
    load: Deno.loadavg()[0] ?? 0,
  };
}

export function describeVersions(): Readonly<Record<string, string>> {
  return { gomcp: VERSION, deno: Deno.version.deno, v8: Deno.version.v8 };
}
