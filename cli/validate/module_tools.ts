/** Definitions of tools in modules, which are loaded in confined processes and never run here. */
import { systemClock } from "../../src/base/clock.ts";
import { describeThrown } from "../../src/base/errors.ts";
import { SILENT_LOG } from "../../src/base/log.ts";
import type { IsolationConfig } from "../../src/config/host_config.ts";
import { loadModule } from "../../src/runtime/load_modules.ts";
import { createToolHosts, describeTools } from "../../src/runtime/hosts.ts";
import { createModuleFiles } from "../../src/stores/module_files.ts";
import { hostProgram } from "../host_program.ts";
import { grantsOf, MODULE_INSPECTOR, openModules } from "../open_modules.ts";

/** What one module has, or why it does not load. */
export type ModuleTools =
  | { readonly file: string; readonly definitions: readonly unknown[] }
  | { readonly file: string; readonly fault: string };

/** Modules that are loaded at once: each is a process. */
const PARALLEL = 4;
/** No tool is called. */
const UNUSED_TIMEOUT_MS = 1_000;

/** Finds modules and loads each by itself, so that one that does not load hides no other. */
export async function readModules(
  path: string,
  config: IsolationConfig,
): Promise<readonly ModuleTools[]> {
  const { files } = await createModuleFiles({}).find(path);
  const reader = config.isolation === "inline" ? inlineReader(config) : hostedReader(config);
  try {
    const read: ModuleTools[] = [];
    const next = files.entries();
    const worker = async () => {
      for (const [at, file] of next) read[at] = await readOne(file, reader.read);
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return read;
  } finally {
    await reader.close();
  }
}

interface Reader {
  readonly read: (file: string) => Promise<readonly unknown[]>;
  readonly close: () => Promise<void>;
}

async function readOne(file: string, read: Reader["read"]): Promise<ModuleTools> {
  try {
    return { file, definitions: await read(file) };
  } catch (error) {
    return { file, fault: describeThrown(error).replace(`Cannot load ${file}: `, "") };
  }
}

function hostedReader({ grants }: IsolationConfig): Reader {
  const hosts = createToolHosts({
    program: hostProgram(),
    defaultTimeoutMs: UNUSED_TIMEOUT_MS,
    clock: systemClock,
    log: SILENT_LOG,
  });
  const files = createModuleFiles({});
  const options = {
    inspector: { ...MODULE_INSPECTOR, files },
    hosts,
    grantsOf: grantsOf(grants),
  };
  return { read: (file) => describeTools(file, options), close: () => hosts.stop() };
}

function inlineReader(config: IsolationConfig): Reader {
  const { files } = openModules(config, SILENT_LOG, UNUSED_TIMEOUT_MS);
  return {
    async read(file) {
      const { tools } = await loadModule(file, files);
      return tools.map(({ item }) => item.definition);
    },
    close: () => Promise.resolve(),
  };
}
