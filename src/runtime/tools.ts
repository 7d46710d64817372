/** What the command line needs of the tools. */
import { echoTool } from "../tools/builtin/echo.ts";
import { fileTools } from "../tools/builtin/files/file_tools.ts";
import type { RootFs } from "../tools/builtin/files/root_fs.ts";
import type { Tool } from "../tools/tool.ts";

export { type Loaded, loadModules } from "./load_modules.ts";
export type { Features } from "./catalog.ts";
export type { Tool } from "../tools/tool.ts";

export type { RootFs } from "../tools/builtin/files/root_fs.ts";

/** The tools for the files of a root folder, without what every server has. */
export function tenantTools(root: RootFs): readonly Tool[] {
  return fileTools(root);
}

/** The tools that every server has, and those for the files of a root folder. */
export function builtinTools(root?: RootFs): readonly Tool[] {
  return root === undefined ? [echoTool()] : [echoTool(), ...fileTools(root)];
}
