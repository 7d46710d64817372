/** Modules of users: in tool hosts, or in this process where the operator wants it so. */
import * as zod from "zod";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as gomcp from "../mod.ts";
import type { ToolPermissions } from "../mod.ts";
import { systemClock } from "../src/base/clock.ts";
import { LIMITS } from "../src/base/limits.ts";
import type { Logger } from "../src/base/log.ts";
import type { ModuleFiles } from "../src/base/module_source.ts";
import type { Grant, HostConfig, IsolationConfig } from "../src/config/host_config.ts";
import { createToolHosts, type ToolHosts } from "../src/runtime/hosts.ts";
import { ModuleLoads } from "../src/runtime/reload.ts";
import { importFault } from "../src/stores/import_fault.ts";
import { createModuleFiles } from "../src/stores/module_files.ts";
import { moduleTree } from "../src/stores/module_tree.ts";
import { hostProgram } from "./host_program.ts";

export interface OpenModules {
  /** Where everything is loaded from, as often as that is to be done. */
  readonly loads: ModuleLoads;
  readonly files: ModuleFiles;
  /** Undefined where modules run in this process. */
  readonly hosts: ToolHosts | undefined;
}

/** `timeoutMs` is the deadline of calls that have none. */
export function openModules(
  config: IsolationConfig & Partial<HostConfig>,
  log: Logger,
  timeoutMs: number,
): OpenModules {
  const files = createModuleFiles({ gomcp, zod });
  if (config.isolation === "inline") {
    return { loads: new ModuleLoads(files), files, hosts: undefined };
  }
  const { isolation: _, grants, ...options } = config;
  const hosts = createToolHosts({
    options,
    program: hostProgram(),
    defaultTimeoutMs: timeoutMs,
    clock: systemClock,
    log,
  });
  const loads = new ModuleLoads(files, {
    ...MODULE_INSPECTOR,
    hosts,
    grantsOf: grantsOf(grants),
    parallel: LIMITS.hostStartsMax,
  });
  return { loads, files, hosts };
}

/** What hosting needs to know of files, but how they are found and loaded. */
export const MODULE_INSPECTOR = { inspect, explain, pathOf: (file: string) => resolve(file) };

/** What of the grants is a file's. */
export function grantsOf(grants: readonly Grant[]): (file: string) => readonly ToolPermissions[] {
  return (file) =>
    grants.filter(({ path }) => resolve(path) === resolve(file))
      .map(({ kind, values }) => ({ [kind]: values }));
}

async function inspect(file: string) {
  const { files, packages } = await moduleTree(file);
  return { files: [...files], packages };
}

function explain(file: string, thrown: unknown): Promise<string | undefined> {
  return importFault(pathToFileURL(resolve(file)).href, thrown);
}
