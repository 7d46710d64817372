/** `gomcp tenant show`: one tenant with its keys. */
import { GomcpError } from "../../src/base/errors.ts";
import { print, runTenantCommand, type Usage } from "./args.ts";
import { tenantText } from "./render.ts";

const USAGE: Usage = {
  usage: "gomcp tenant show ID",
  what: "Shows a tenant, its limits, rules and keys.",
  example: "show company-a",
  flags: [],
  words: [1, 1],
};

export function run(args: readonly string[]): Promise<number> {
  return runTenantCommand(USAGE, args, async (tenants, told) => {
    const id = told.words[0]!;
    const tenant = await tenants.getTenant(id);
    if (tenant === undefined) {
      throw new GomcpError("not_found", `Cannot find tenant "${id}": there is none of this id`);
    }
    const keys = await tenants.listKeys(id);
    print(told, { tenant, keys }, tenantText(tenant, keys));
  });
}
