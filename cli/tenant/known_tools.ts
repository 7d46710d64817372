/** Warns of names in a rule that no tool has: a typing error would let through what it should not. */
import { SILENT_LOG } from "../../src/base/log.ts";
import { nameFits } from "../../src/base/name_glob.ts";
import type { Flag } from "../../src/config/flags.ts";
import { isWild } from "../../src/runtime/tenants.ts";
import { builtinTools, loadModules } from "../../src/runtime/tools.ts";
import { openRootFs } from "../../src/stores/root_fs.ts";
import { openModules } from "../open_modules.ts";
import type { TenantArgs } from "./args.ts";

export const TOOLS_FLAG: Flag = {
  name: "tools",
  kind: "list",
  value: "PATH",
  help: "tool modules of the server: names that no tool has are warned of",
};

export async function warnOfUnknown(globs: readonly string[], told: TenantArgs): Promise<void> {
  const paths = told.list("tools");
  if (globs.length === 0) return;
  if (paths === undefined) return await noteUnchecked(globs);
  const names = await namesOf(paths);
  for (const glob of globs) {
    const isKnown = isWild(glob)
      ? names.some((name) => nameFits(glob, name))
      : names.includes(glob);
    if (!isKnown) console.error(`gomcp: warning: no tool fits "${glob}"`);
  }
}

/**
 * Without the server's modules nobody can say what is unknown; whoever types a name that is no
 * built-in tool's is told how to have it checked.
 */
async function noteUnchecked(globs: readonly string[]): Promise<void> {
  const builtins = new Set(builtinTools(await openRootFs(".")).map(({ name }) => name));
  const others = globs.filter((glob) => !isWild(glob) && !builtins.has(glob));
  if (others.length === 0) return;
  console.error(
    `gomcp: warning: no built-in tool is named ${
      others.join(", ")
    }; --tools=PATH (or GOMCP_TOOLS) ` +
      "has the server's own looked at",
  );
}

/** What a server of these modules has; the modules are looked at in hosts, with no permissions. */
async function namesOf(paths: readonly string[]): Promise<readonly string[]> {
  const { loads, hosts } = openModules({ isolation: "process", grants: [] }, SILENT_LOG, 1_000);
  try {
    const { source } = await loads.begin();
    const { tools, prompts, resources } = await loadModules(paths, source);
    return [
      ...builtinTools(await openRootFs(".")).map(({ name }) => name),
      ...[...tools, ...prompts].map(({ item }) => item.name),
      ...resources.map(({ item }) => item.uri),
    ];
  } finally {
    await hosts?.stop();
  }
}
