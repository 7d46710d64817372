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
    if (takesNext(flags, arg) && isValue(args[i + 1])) said.push(`${arg}=${args[++i]}`);
    else said.push(arg);
  }
  return { said, words };
}

/** A number below 0 is a value, and is told what is wrong with it; "--name" is another flag. */
function isValue(next: string | undefined): boolean {
  return next !== undefined && !next.startsWith("--");
}

function takesNext(flags: readonly Flag[], arg: string): boolean {
  const name = arg.replace(/^-+/, "");
  return flags.some((flag) => flag.name === name && flag.kind !== "switch");
}
