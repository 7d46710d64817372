/** Modules as a process has them that the server has started for them. */
import * as gomcp from "../../src/runtime/host/authoring_api.ts";
import type { ModuleFiles } from "../../src/base/module_source.ts";
import { hasZod } from "../../src/base/schema_engines.ts";
import { createModuleFiles } from "../../src/stores/module_files.ts";

export async function hostFiles(): Promise<ModuleFiles> {
  const builtins = hasZod() ? { gomcp, zod: await import("zod") } : { gomcp };
  // Deno's own words for what is missing are looked for by the server, which may start programs.
  return createModuleFiles(builtins, () => Promise.resolve(undefined));
}
