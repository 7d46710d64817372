/** `gomcp man`: the man page of this version. */
import { readFlags } from "../src/config/flags.ts";
import { VERSION } from "../src/runtime/version.ts";
import type { Command } from "./command.ts";
import type { CommandHelp } from "./help.ts";
import { manPage } from "./reference/man_page.ts";
import { readPages } from "./reference/pages.ts";

export const help: CommandHelp = {
  usage: ["gomcp man"],
  what: "Prints the man page of this version, with all commands, flags and exit codes.",
  flags: [],
  examples: ["gomcp man | man -l -", "gomcp man > /usr/local/share/man/man1/gomcp.1"],
};

export async function run(args: readonly string[], table: readonly Command[]): Promise<number> {
  readFlags(help.flags, args, () => undefined);
  console.log(manPage(await readPages(table), VERSION).trimEnd());
  return 0;
}
