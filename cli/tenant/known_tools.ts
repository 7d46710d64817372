/** Warns of names in a rule that no tool has: a typing error would let through what it should not. */
import * as zod from "zod";
import * as gomcp from "../../mod.ts";
import { nameFits } from "../../src/base/name_glob.ts";
import type { Flag } from "../../src/config/flags.ts";
import { isWild } from "../../src/runtime/tenants.ts";
import { builtinTools, loadModules } from "../../src/runtime/tools.ts";
import { createModuleFiles } from "../../src/stores/module_files.ts";
import { openRootFs } from "../../src/stores/root_fs.ts";
import type { TenantArgs } from "./args.ts";

export const TOOLS_FLAG: Flag = {
  name: "tools",
  kind: "list",
  value: "PATH",
  help: "tool modules of the server: names that no tool has are warned of",
};

export async function warnOfUnknown(globs: readonly string[], told: TenantArgs): Promise<void> {
  const paths = told.list("tools");
  // Without the server's modules nobody can say what is unknown.
  if (globs.length === 0 || paths === undefined) return;
  const { tools, prompts, resources } = await loadModules(
    paths,
    createModuleFiles({ gomcp, zod }),
  );
  const builtins = builtinTools(await openRootFs("."));
  const names = [
    ...builtins.map(({ name }) => name),
    ...[...tools, ...prompts].map(({ item }) => item.name),
    ...resources.map(({ item }) => item.uri),
  ];
  for (const glob of globs) {
    const isKnown = isWild(glob)
      ? names.some((name) => nameFits(glob, name))
      : names.includes(glob);
    if (!isKnown) console.error(`gomcp: warning: no tool fits "${glob}"`);
  }
}
