/** `gomcp tenant suspend` and `resume`. */
import { print, runTenantCommand, type Usage } from "./args.ts";
import { tenantText } from "./render.ts";

function usageOf(suspended: boolean): Usage {
  return {
    usage: `gomcp tenant ${suspended ? "suspend" : "resume"} ID`,
    what: suspended
      ? "Refuses all calls for a tenant until it is resumed. Its keys and limits stay."
      : "Ends the suspension of a tenant.",
    example: `${suspended ? "suspend" : "resume"} company-a`,
    flags: [],
    words: [1, 1],
  };
}

export function setSuspended(suspended: boolean, args: readonly string[]): Promise<number> {
  return runTenantCommand(usageOf(suspended), args, async (tenants, told) => {
    const tenant = await tenants.updateTenant(told.words[0]!, { suspended });
    print(told, { tenant }, tenantText(tenant, []));
  });
}
