/** `gomcp tenant allow` and `deny`: one more or one less glob of what a tenant may see. */
import { GomcpError } from "../../src/base/errors.ts";
import { print, runTenantCommand, type Usage } from "./args.ts";
import { TOOLS_FLAG, warnOfUnknown } from "./known_tools.ts";
import { tenantText } from "./render.ts";

function usageOf(which: "allow" | "deny"): Usage {
  const what = which === "allow"
    ? "Adds to what a tenant may see; the first that is added makes it all that may be seen."
    : "Adds to what a tenant may not see, whatever is allowed.";
  return {
    usage: `gomcp tenant ${which} ID GLOB...`,
    what,
    flags: [{ name: "remove", kind: "switch", help: "takes away instead" }, TOOLS_FLAG],
    words: [2, 1_001],
  };
}

export function changeRule(which: "allow" | "deny", args: readonly string[]): Promise<number> {
  return runTenantCommand(usageOf(which), args, async (tenants, told) => {
    const [id, ...words] = told.words;
    const globs = words.flatMap((word) => word.split(","));
    const before = await tenants.getTenant(id!);
    if (before === undefined) {
      throw new GomcpError("not_found", `Cannot find tenant "${id}": there is none of this id`);
    }
    const old = (which === "allow" ? before.allowed : before.denied) ?? [];
    const removes = told.values.remove === true;
    if (!removes) await warnOfUnknown(globs, told);
    for (const glob of removes ? globs : []) {
      if (old.includes(glob)) continue;
      console.error(
        `gomcp: warning: "${glob}" is not among what is ${
          which === "allow" ? "allowed" : "denied"
        }`,
      );
    }
    const list = removes
      ? old.filter((each) => !globs.includes(each))
      : [...new Set([...old, ...globs])];
    const change = which === "allow" ? { allowed: list } : { denied: list };
    const tenant = await tenants.updateTenant(id!, change);
    print(told, { tenant }, tenantText(tenant, []));
  });
}
