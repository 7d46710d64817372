/** `gomcp completions`: what a shell must know to complete commands and flags. */
import { GomcpError } from "../src/base/errors.ts";
import type { Command } from "./command.ts";
import type { CommandHelp } from "./help.ts";
import { bashCompletion } from "./reference/bash.ts";
import { type Completed, completionData } from "./reference/completion_data.ts";
import { fishCompletion } from "./reference/fish.ts";
import { readPages } from "./reference/pages.ts";
import { powershellCompletion } from "./reference/powershell.ts";
import { zshCompletion } from "./reference/zsh.ts";

const SHELLS: Readonly<Record<string, (all: readonly Completed[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};
const NAMES = Object.keys(SHELLS);

export const help: CommandHelp = {
  usage: [`gomcp completions ${NAMES.join("|")}`],
  what:
    `Prints what the shell needs to complete commands, flags and values; names of files where any
may stand. Put the line of your shell where it reads it at its start: ~/.bashrc, ~/.zshrc (behind
compinit), ~/.config/fish/config.fish, $PROFILE.`,
  flags: [],
  examples: [
    "source <(gomcp completions bash)",
    "source <(gomcp completions zsh)",
    "gomcp completions fish | source",
    "gomcp completions powershell | Out-String | Invoke-Expression",
  ],
};

export async function run(args: readonly string[], table: readonly Command[]): Promise<number> {
  const [name = ""] = args;
  if (args.length !== 1 || !Object.hasOwn(SHELLS, name)) {
    const text = `Cannot complete for "${args.join(" ")}": expected one of ${NAMES.join(", ")}`;
    throw new GomcpError("invalid_request", text);
  }
  console.log(SHELLS[name]!(completionData(await readPages(table))).trimEnd());
  return 0;
}
