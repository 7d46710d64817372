/** What a command says of itself; its help, the reference, the man page and completions are made of it. */
import { type Flag, flagHelp } from "../src/config/flags.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";

export interface CommandHelp {
  /** The forms of it, such as "gomcp call TOOL [FLAGS]". */
  readonly usage: readonly string[];
  readonly what: string;
  readonly flags: readonly Flag[];
  /** Whether it takes the flags of `gomcp serve`, too. */
  readonly takesServeFlags?: boolean;
  /** As one types them. */
  readonly examples: readonly string[];
  /** What stands behind the flags. */
  readonly note?: string;
}

export const HELP_FLAG: Flag = {
  name: "help",
  kind: "switch",
  flagOnly: true,
  help: "shows this",
};

/** All flags that it takes. */
export function flagsOf({ flags, takesServeFlags = false }: CommandHelp): readonly Flag[] {
  const own = new Set(flags.map(({ name }) => name));
  const all = [...flags, ...takesServeFlags ? SERVE_FLAGS : []]
    .filter(({ name }, i) => i < flags.length || !own.has(name));
  return all.some(({ name }) => name === "help") ? all : [...all, HELP_FLAG];
}

/** For `--help`. */
export function helpText(help: CommandHelp): string {
  const { usage, what, examples, note } = help;
  const shown = help.takesServeFlags === true ? help.flags : flagsOf(help);
  const parts = [
    `Usage: ${usage.join("\n       ")}`,
    what,
    flagHelp(shown),
    note ?? "",
    examples.map((line) => `  ${line}`).join("\n").replace(/^(?=.)/, "Examples:\n"),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}
