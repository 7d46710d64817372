/** `gomcp tenant suspend` and `resume`. */
import type { CommandModule } from "../command.ts";
import { print, runTenantCommand, tenantHelp, type Usage } from "./args.ts";
import { tenantText } from "./render.ts";

function usageOf(suspended: boolean): Usage {
  return {
    usage: `gomcp tenant ${suspended ? "suspend" : "resume"} ID`,
    what: suspended
      ? "Refuses all calls for a tenant until it is resumed. Its keys and limits stay."
      : "Ends the suspension of a tenant.",
    flags: [],
    words: [1, 1],
    examples: [`gomcp tenant ${suspended ? "suspend" : "resume"} acme`],
  };
}

export function suspension(suspended: boolean): CommandModule {
  return { help: tenantHelp(usageOf(suspended)), run: (args) => setSuspended(suspended, args) };
}

function setSuspended(suspended: boolean, args: readonly string[]): Promise<number> {
  return runTenantCommand(usageOf(suspended), args, async (tenants, told) => {
    const tenant = await tenants.updateTenant(told.words[0]!, { suspended });
    print(told, { tenant }, tenantText(tenant, []));
  });
}
