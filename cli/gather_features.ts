/** All that a server serves: built in, for a root folder, and from the user's modules. */
import * as zod from "zod";
import * as gomcp from "../mod.ts";
import { GomcpError } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";
import {
  builtinTools,
  type Features,
  type Loaded,
  loadModules,
  type Tool,
} from "../src/runtime/tools.ts";
import { createModuleFiles } from "../src/stores/module_files.ts";
import { openRootFs } from "../src/stores/root_fs.ts";

/** @throws {GomcpError} naming the file and the tool of the first thing that is wrong. */
export async function gatherFeatures(config: ServeConfig, log: Logger): Promise<Features> {
  const root = config.root === undefined ? undefined : await openRootFs(config.root);
  const builtins = builtinTools(root);
  const modules = createModuleFiles({ gomcp, zod });
  const { tools, resources, prompts } = await loadModules(config.tools, modules);
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

function refuseBuiltinName({ item, file }: Loaded<Tool>, builtins: readonly Tool[]): void {
  if (!builtins.some(({ name }) => name === item.name)) return;
  const text = `Cannot load ${file}: the name of its tool "${item.name}" is that of a built-in one`;
  throw new GomcpError("invalid_request", text);
}

function warnOfPermissions({ item, file }: Loaded<Tool>, log: Logger): void {
  if (item.permissions === undefined) return;
  const message = "declared permissions do not confine a tool that runs inline";
  log.warn(message, { tool: item.name, file });
}
