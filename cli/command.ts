/** A command of the command line, as its table has it. */
import type { CommandHelp } from "./help.ts";

/** What a command does, loaded only when it is run or told of. */
export interface CommandModule {
  readonly help: CommandHelp;
  /**
   * Gives the exit status. `args` stand behind the command's name, and ask for no help; `table` is
   * for those that tell of all commands.
   */
  readonly run: (args: readonly string[], table: readonly Command[]) => Promise<number>;
}

interface Named {
  readonly name: string;
  /** In one line, for the help of what it belongs to. */
  readonly summary: string;
}

/** A command that does something, or one that has commands of its own. */
export type Command =
  | Named & { readonly load: () => Promise<CommandModule> }
  | Named & { readonly commands: readonly Command[]; readonly note?: string };
