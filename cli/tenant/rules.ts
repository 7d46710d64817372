/** `gomcp tenant allow` and `deny`: one more or one less glob of what a tenant may see. */
import { print, runTenantCommand, type Usage } from "./args.ts";
import { TOOLS_FLAG, warn, warningsOf } from "./known_tools.ts";
import { tenantText } from "./render.ts";

function usageOf(which: "allow" | "deny"): Usage {
  const what = which === "allow"
    ? "Adds to what a tenant may see; the first that is added makes it all that may be seen."
    : "Adds to what a tenant may not see, whatever is allowed.";
  return {
    usage: `gomcp tenant ${which} ID GLOB...`,
    what,
    example: which === "allow" ? "allow company-a 'search_*'" : "deny company-a delete_file",
    flags: [{ name: "remove", kind: "switch", help: "takes away instead" }, TOOLS_FLAG],
    words: [2, 1_001],
  };
}

export function changeRule(which: "allow" | "deny", args: readonly string[]): Promise<number> {
  return runTenantCommand(usageOf(which), args, async (tenants, told) => {
    const [id, ...words] = told.words;
    const globs = words.flatMap((word) => word.split(",")).map((glob) => glob.trim());
    const removes = told.values.remove === true;
    const warnings = removes ? [] : await warningsOf(globs, told);
    let missing: readonly string[] = [];
    // Of what is there when it is written: somebody else may change the same rule now.
    const tenant = await tenants.updateTenant(id!, ({ allowed, denied }) => {
      const old = which === "allow" ? allowed : denied;
      if (removes) missing = globs.filter((glob) => old?.includes(glob) !== true);
      const list = removes ? without(old, globs) : [...new Set([...old ?? [], ...globs])];
      if (list === undefined) return {};
      return which === "allow" ? { allowed: list } : { denied: list };
    });
    const list = which === "allow" ? "allowed" : "denied";
    warn([...warnings, ...missing.map((glob) => `"${glob}" is not among what is ${list}`)]);
    print(told, { tenant }, tenantText(tenant, []));
  });
}

/** Where there is no list everything may be seen: nothing can be taken away from that. */
function without(
  old: readonly string[] | undefined,
  globs: readonly string[],
): readonly string[] | undefined {
  return old?.filter((each) => !globs.includes(each));
}
