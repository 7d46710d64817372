/** What the commands that reach a server have in common. */
import { GomcpError } from "../../src/base/errors.ts";
import { ADMIN_FLAG } from "../../src/config/admin_config.ts";
import { type Flag, flagHelp, type FlagValues, readFlags } from "../../src/config/flags.ts";
import { EXIT_UNREACHABLE, Unreachable } from "./find_server.ts";

export const JSON_FLAG: Flag = { name: "json", kind: "switch", help: "one JSON object on stdout" };

export interface AdminCommand {
  /** What stands behind "Usage: gomcp". */
  readonly usage: string;
  /** What it does, for the help. */
  readonly text: string;
  readonly flags: readonly Flag[];
  /** Gives the exit status. */
  readonly work: (values: FlagValues, socket: string | undefined) => Promise<number>;
}

/** Reads the flags, and says in one line when no server can be reached. */
export async function runAdminCommand(
  { usage, text, flags, work }: AdminCommand,
  args: readonly string[],
): Promise<number> {
  const all: readonly Flag[] = [
    ...flags,
    ADMIN_FLAG,
    { name: "help", kind: "switch", flagOnly: true, help: "shows this" },
  ];
  const values = readFlags(all, args, (name) => Deno.env.get(name));
  if (values.help === true) {
    console.log(`Usage: gomcp ${usage}\n\n${text}\n\n${flagHelp(all)}`);
    return 0;
  }
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
