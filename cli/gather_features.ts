/** All that a server serves: built in, for a root folder, and from the user's modules. */
import { systemClock } from "../src/base/clock.ts";
import { GomcpError } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";
import type { ModuleSource } from "../src/base/module_source.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";
import {
  builtinTools,
  type Features,
  type Loaded,
  loadModules,
  type RootFs,
  tenantTools,
  type Tool,
} from "../src/runtime/tools.ts";
import { openRootFs } from "../src/stores/root_fs.ts";

/** After so long a module is named that has not loaded. */
const SLOW_MS = 5_000;

/** @throws {GomcpError} naming the file and the tool of the first thing that is wrong. */
export function gatherFeatures(
  config: ServeConfig,
  modules: ModuleSource,
  log: Logger,
): Promise<Features> {
  return gather(config, modules, log, builtinTools);
}

/** What tenants have for themselves; it may have the names of what is shared, and goes before it. */
export async function gatherTenantFeatures(
  { state }: ServeConfig,
  modules: ModuleSource,
  log: Logger,
): Promise<ReadonlyMap<string, Features>> {
  const all = new Map<string, Features>();
  for (const [id, sources] of state.own) {
    const fileTools = (root?: RootFs) => root === undefined ? [] : tenantTools(root);
    all.set(id, await gather(sources, modules, log, fileTools));
  }
  return all;
}

async function gather(
  config: Pick<ServeConfig, "tools" | "root">,
  source: ModuleSource,
  log: Logger,
  builtinsOf: (root?: RootFs) => readonly Tool[],
): Promise<Features> {
  const root = config.root === undefined ? undefined : await openRootFs(config.root);
  const builtins = builtinsOf(root);
  const { tools, resources, prompts } = await loadModules(config.tools, tellOfSlow(source, log));
  for (const each of tools) {
    refuseBuiltinName(each, builtins);
    warnOfPermissions(each, log);
  }
  return {
    tools: [...builtins, ...tools.map(({ item }) => item)],
    resources: resources.map(({ item }) => item),
    prompts: prompts.map(({ item }) => item),
  };
}

/** A module that waits for something at its top level would keep the server from starting in silence. */
function tellOfSlow(source: ModuleSource, log: Logger): ModuleSource {
  return {
    find: (path) => source.find(path),
    async load(file) {
      const cancel = systemClock.after(SLOW_MS, () => {
        log.warn("a module is still loading; the server waits for it", { file });
      });
      try {
        return await source.load(file);
      } finally {
        cancel();
      }
    },
  };
}

function refuseBuiltinName({ item, file }: Loaded<Tool>, builtins: readonly Tool[]): void {
  if (!builtins.some(({ name }) => name === item.name)) return;
  const text = `Cannot load ${file}: the name of its tool "${item.name}" is that of a built-in one`;
  throw new GomcpError("invalid_request", text);
}

function warnOfPermissions({ item, file }: Loaded<Tool>, log: Logger): void {
  if (item.permissions === undefined || item.hosted !== undefined) return;
  const message = "declared permissions do not confine a tool that runs inline";
  log.warn(message, { tool: item.name, file });
}
