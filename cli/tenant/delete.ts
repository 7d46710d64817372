/** `gomcp tenant delete`: asks first, unless it was told not to. */
import { GomcpError } from "../../src/base/errors.ts";
import { print, runTenantCommand, type Usage } from "./args.ts";

const USAGE: Usage = {
  usage: "gomcp tenant delete ID",
  what: "Removes a tenant, its keys and what was counted for it.",
  example: "delete company-a --yes",
  flags: [{ name: "yes", kind: "switch", flagOnly: true, help: "does not ask" }],
  words: [1, 1],
};

export function run(args: readonly string[]): Promise<number> {
  return runTenantCommand(USAGE, args, async (tenants, told) => {
    const id = told.words[0]!;
    // Nobody is asked about what is not.
    const isThere = await tenants.getTenant(id) !== undefined;
    if (isThere && told.values.yes !== true && !isConfirmed(id)) {
      const text = `Cannot delete tenant "${id}": nobody has confirmed it, expected --yes`;
      throw new GomcpError("invalid_request", text);
    }
    await tenants.deleteTenant(id);
    print(told, { deleted: id }, `Deleted tenant ${id}.`);
  });
}

function isConfirmed(id: string): boolean {
  return Deno.stdin.isTerminal() && confirm(`Delete tenant "${id}" and all its keys?`);
}
