/** Modules as a process has them that the server has started for them. */
import * as gomcp from "../../src/runtime/host/authoring_api.ts";
import type { ModuleFiles } from "../../src/base/module_source.ts";
import { hasZod } from "../../src/base/schema_engines.ts";
import { createModuleFiles } from "../../src/stores/module_files.ts";
import { moduleTree } from "../../src/stores/module_tree.ts";

export async function hostFiles(): Promise<ModuleFiles> {
  if (!hasZod()) return withoutPackages(createModuleFiles({ gomcp }, unexplained));
  return createModuleFiles({ gomcp, zod: await import("zod") }, unexplained);
}

/** Deno's own words for what is missing are looked for by the server, which may start programs. */
function unexplained(): Promise<undefined> {
  return Promise.resolve(undefined);
}

/** A module may have come to import packages since its server looked at it. */
function withoutPackages(files: ModuleFiles): ModuleFiles {
  return {
    ...files,
    async load(file) {
      try {
        return await files.load(file);
      } catch (cause) {
        if ((await moduleTree(file)).packages === "none") throw cause;
        const text =
          "it imports packages, which it did not when the server looked at it; reload it";
        throw new Error(text, { cause });
      }
    },
  };
}
