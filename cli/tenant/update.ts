/** `gomcp tenant update`: what is said is changed, all else stays. */
import { GomcpError } from "../../src/base/errors.ts";
import { print, runTenantCommand, type TenantArgs, type Usage } from "./args.ts";
import { TOOLS_FLAG, warn, warningsOf } from "./known_tools.ts";
import { LIMIT_FLAGS, readLimits } from "./limit_flags.ts";
import { tenantText } from "./render.ts";

const USAGE: Usage = {
  usage: "gomcp tenant update ID",
  what: "Changes a tenant. What is not said stays; a limit of none is taken away.",
  example: "update company-a --max-tool-calls=5000 --rate=none",
  flags: [
    { name: "name", kind: "text", value: "TEXT", help: "what people call it" },
    ...LIMIT_FLAGS,
    { name: "allow-all", kind: "switch", help: "lets it see everything but what is denied" },
    { name: "deny-none", kind: "switch", help: "denies nothing any more" },
    TOOLS_FLAG,
  ],
  words: [1, 1],
};

export function run(args: readonly string[]): Promise<number> {
  return runTenantCommand(USAGE, args, async (tenants, told) => {
    const [name, limits] = [told.text("name"), readLimits(told)];
    refuseBoth(told, "allow-all", "allow");
    refuseBoth(told, "deny-none", "deny");
    const allowed = told.values["allow-all"] === true ? null : told.list("allow");
    const denied = told.values["deny-none"] === true ? [] : told.list("deny");
    const change = {
      ...(name !== undefined && { name }),
      ...(Object.keys(limits).length > 0 && { limits }),
      ...(allowed !== undefined && { allowed }),
      ...(denied !== undefined && { denied }),
    };
    if (Object.keys(change).length === 0) {
      const text = "Cannot update tenant: nothing was said that is to change, see --help";
      throw new GomcpError("invalid_request", text);
    }
    const warnings = await warningsOf([...allowed ?? [], ...denied ?? []], told);
    const tenant = await tenants.updateTenant(told.words[0]!, change);
    warn(warnings);
    print(told, { tenant }, tenantText(tenant, []));
  });
}

/** Nobody can tell which of the two was meant. */
function refuseBoth(told: TenantArgs, all: string, list: string): void {
  if (told.values[all] !== true || told.list(list) === undefined) return;
  const text = `Cannot update tenant: both --${all} and --${list} were given, expected one of them`;
  throw new GomcpError("invalid_request", text);
}
