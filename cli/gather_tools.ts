/** All the tools of a server: built in, for a root folder, and from the user's modules. */
import * as zod from "zod";
import * as gomcp from "../mod.ts";
import { GomcpError } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";
import { builtinTools, type LoadedTool, loadTools, type Tool } from "../src/runtime/tools.ts";
import { createModuleFiles } from "../src/stores/module_files.ts";
import { openRootFs } from "../src/stores/root_fs.ts";

/** @throws {GomcpError} naming the file and the tool of the first thing that is wrong. */
export async function gatherTools(config: ServeConfig, log: Logger): Promise<readonly Tool[]> {
  const root = config.root === undefined ? undefined : await openRootFs(config.root);
  const builtins = builtinTools(root);
  const loaded = await loadTools(config.tools, createModuleFiles({ gomcp, zod }));
  for (const each of loaded) {
    refuseBuiltinName(each, builtins);
    warnOfPermissions(each, log);
  }
  return [...builtins, ...loaded.map(({ tool }) => tool)];
}

function refuseBuiltinName({ tool, file }: LoadedTool, builtins: readonly Tool[]): void {
  if (!builtins.some(({ name }) => name === tool.name)) return;
  const text = `Cannot load ${file}: the name of its tool "${tool.name}" is that of a built-in one`;
  throw new GomcpError("invalid_request", text);
}

function warnOfPermissions({ tool, file }: LoadedTool, log: Logger): void {
  if (tool.permissions === undefined) return;
  const message = "declared permissions do not confine a tool that runs inline";
  log.warn(message, { tool: tool.name, file });
}
