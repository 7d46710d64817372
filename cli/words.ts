/** Arguments of commands that take words beside their flags. */
import type { Flag } from "../src/config/flags.ts";

export interface SplitArgs {
  /** For `readFlags`. */
  readonly said: readonly string[];
  readonly words: readonly string[];
}

/** Flags may be anywhere; all else is a word, "-" too. "--" ends the flags. */
export function splitWords(flags: readonly Flag[], args: readonly string[]): SplitArgs {
  const said: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (!/^-./.test(arg)) {
      words.push(arg);
      continue;
    }
    said.push(arg);
    if (takesNext(flags, arg) && i + 1 < args.length) said.push(args[++i]!);
  }
  return { said, words };
}

function takesNext(flags: readonly Flag[], arg: string): boolean {
  const name = arg.replace(/^-+/, "");
  return flags.some((flag) => flag.name === name && flag.kind !== "switch");
}
