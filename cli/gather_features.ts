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
import type { FeatureSource, GenerationFeatures, LoadedFeatures } from "../src/runtime/reload.ts";
import { mergeUpstreams, type Upstreams } from "../src/runtime/upstreams.ts";
import { SharedLoad } from "./shared_load.ts";
import type { OpenModules } from "./open_modules.ts";
import type { Watched } from "./watch.ts";
import { openRootFs } from "../src/stores/root_fs.ts";

/** After so long a module is named that has not loaded. */
const SLOW_MS = 5_000;

/** Where the features of a server come from, and what shows that they change. */
export interface ServerFeatures extends FeatureSource, Watched {}

/** Where upstreams come from. */
export interface UpstreamSource {
  /** Makes them what they are to be now; resolves when those have connected that are waited for. */
  configure(): Promise<void>;
  readonly upstreams: Upstreams;
}

/** What a server serves: at its start, and again at each reload. */
export function createFeatureSource(
  config: Pick<ServeConfig, "tools" | "root" | "state">,
  modules: OpenModules,
  log: Logger,
  upstreams?: UpstreamSource,
): ServerFeatures {
  const shared = builtinsOf(config.root, builtinTools);
  const own = new Map(
    [...config.state.own].map(([id, sources]) =>
      [id, {
        tools: sources.tools,
        builtins: builtinsOf(sources.root, (root) => root === undefined ? [] : tenantTools(root)),
      }] as const
    ),
  );
  const gatherAll = async (source: ModuleSource) => {
    const features = await gather(config.tools, source, log, await shared());
    // What a tenant has may have the names of what is shared, and goes before it.
    const tenantFeatures = new Map<string, Features>();
    for (const [id, { tools, builtins }] of own) {
      tenantFeatures.set(id, await gather(tools, source, log, await builtins()));
    }
    return { ...features, tenantFeatures };
  };
  const loads: SharedLoad[] = [];
  const addUpstreams = (features: GenerationFeatures) =>
    upstreams === undefined ? features : mergeUpstreams(features, upstreams.upstreams.features());
  return {
    paths: [...config.tools, ...[...config.state.own.values()].flatMap(({ tools }) => tools)],
    modules: modules.files,
    async load({ onlyUpstreams = false, dryRun = false } = {}): Promise<LoadedFeatures> {
      // The last one that came to be served is the one that is served now.
      const current = loads.findLast(({ isUsed }) => isUsed);
      if (onlyUpstreams && current !== undefined) return current.share(addUpstreams);
      const configured = upstreams?.configure();
      configured?.catch(() => {}); // told below, unless the modules have a fault of their own
      const load = await modules.loads.begin();
      let isKept = false;
      try {
        const features = await gatherAll(tellOfSlow(load.source, log));
        await configured;
        const shared = new SharedLoad(features, load.end(), load.release);
        const whole = shared.share(addUpstreams);
        loads.splice(0, loads.length, ...loads.filter(({ isUsed }) => isUsed), shared);
        isKept = true;
        return whole;
      } catch (error) {
        load.end();
        load.release();
        throw error;
      } finally {
        await configured?.catch(() => {});
        // What a dry run has connected to is not served.
        if (configured !== undefined) upstreams?.upstreams.settle(isKept && !dryRun);
      }
    },
  };
}

/** Made once, so that a reload finds them unchanged. */
function builtinsOf(
  folder: string | undefined,
  make: (root?: RootFs) => readonly Tool[],
): () => Promise<readonly Tool[]> {
  let made: Promise<readonly Tool[]> | undefined;
  const open = async () => make(folder === undefined ? undefined : await openRootFs(folder));
  return () => made ??= open();
}

/** @throws {GomcpError} naming the file and the tool of the first thing that is wrong. */
async function gather(
  paths: readonly string[],
  modules: ModuleSource,
  log: Logger,
  builtins: readonly Tool[],
): Promise<Features> {
  const { tools, resources, prompts } = await loadModules(paths, modules);
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
    prepare: (files) => source.prepare?.(files),
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
