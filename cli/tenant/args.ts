/** What all tenant commands share: the state opened as tenants. */
import type { TenantManager } from "../../src/runtime/tenants.ts";
import { openLastingTenants } from "../open_tenants.ts";
import { runStateCommand, type StateArgs, type Usage } from "../state_command.ts";

export {
  JSON_FLAG,
  print,
  type StateArgs as TenantArgs,
  stateHelp as tenantHelp,
  type Usage,
} from "../state_command.ts";

/** Reads the arguments, opens the state, and closes it whatever `action` does. */
export function runTenantCommand(
  usage: Usage,
  args: readonly string[],
  action: (tenants: TenantManager, told: StateArgs) => Promise<void>,
): Promise<number> {
  return runStateCommand(usage, args, openLastingTenants, action);
}
