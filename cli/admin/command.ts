/** What the commands that reach a server have in common. */
import { GomcpError } from "../../src/base/errors.ts";
import { ADMIN_FLAG } from "../../src/config/admin_config.ts";
import type { CommandHelp } from "../help.ts";
import { type Flag, type FlagValues, readFlags } from "../../src/config/flags.ts";
import { EXIT_UNREACHABLE, Unreachable } from "./find_server.ts";

export const JSON_FLAG: Flag = { name: "json", kind: "switch", help: "one JSON object on stdout" };

/** Gives the exit status; `socket` is what was said of it. */
export type AdminWork = (values: FlagValues, socket: string | undefined) => Promise<number>;

/** With the flag that all of them take. */
export function adminHelp(help: CommandHelp): CommandHelp {
  return { ...help, flags: [...help.flags, ADMIN_FLAG] };
}

/** Reads the flags, and says in one line when no server can be reached. */
export async function runAdminCommand(
  { flags }: CommandHelp,
  args: readonly string[],
  work: AdminWork,
): Promise<number> {
  const values = readFlags(flags, args, (name) => Deno.env.get(name));
  try {
    return await work(values, values["admin-socket"] as string | undefined);
  } catch (error) {
    const unreachable = error instanceof Unreachable ||
      (error instanceof GomcpError && error.code === "upstream_failed");
    if (!unreachable) throw error;
    console.error(`gomcp: ${error.message}`);
    return EXIT_UNREACHABLE;
  }
}
