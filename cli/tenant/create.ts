/** `gomcp tenant create`: a tenant and its first key, both or neither. */
import type { TenantLimits } from "../../src/runtime/tenants.ts";
import { print, runTenantCommand, type Usage } from "./args.ts";
import { TOOLS_FLAG, warn, warningsOf } from "./known_tools.ts";
import { LIMIT_FLAGS, readLimits } from "./limit_flags.ts";
import { secretText, tenantText } from "./render.ts";

const USAGE: Usage = {
  usage: "gomcp tenant create ID",
  what: "Creates a tenant and its first API key, which is shown this once.",
  example: "create company-a --max-tool-calls=1000 --period=day --allow='read_*,list_dir'",
  flags: [
    { name: "name", kind: "text", value: "TEXT", help: "what people call it [the id]" },
    ...LIMIT_FLAGS,
    { name: "no-key", kind: "switch", help: "creates no key" },
    TOOLS_FLAG,
  ],
  words: [1, 1],
};

export function run(args: readonly string[]): Promise<number> {
  return runTenantCommand(USAGE, args, async (tenants, told) => {
    const id = told.words[0]!;
    const [allowed, denied = []] = [told.list("allow"), told.list("deny")];
    const limits = Object.entries(readLimits(told)).filter(([, each]) => each !== null);
    const settings = {
      ...Object.fromEntries(limits) as TenantLimits,
      ...(allowed !== undefined && { allowed }),
      denied,
    };
    const name = told.text("name") ?? id;
    const warnings = await warningsOf([...allowed ?? [], ...denied], told);
    if (told.values["no-key"] === true) {
      const tenant = await tenants.createTenant(id, name, settings);
      warn(warnings);
      return print(told, { tenant }, `Created tenant\n${tenantText(tenant, [])}`);
    }
    const { tenant, key, secret } = await tenants.createTenantWithKey(id, name, settings);
    warn(warnings);
    const text = `Created tenant\n${tenantText(tenant, [])}\n\n${secretText(secret)}`;
    print(told, { tenant, key: { ...key, secret } }, text);
  });
}
