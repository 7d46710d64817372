/** The command that starts this program once more. */
import { builtFile, RUN_FLAGS } from "../built_file.ts";

export interface SelfCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * A build of one file is taken by its path, so that one that was replaced meanwhile is started as it
 * is now. Else what the system knows, on Linux: Deno does not tell the arguments that were its own.
 */
export function selfCommand(): SelfCommand {
  const built = builtFile();
  if (built !== undefined) return { program: built, args: Deno.args };
  const program = Deno.execPath().replace(/ \(deleted\)$/, "");
  try {
    const [, ...args] = Deno.readTextFileSync("/proc/self/cmdline").split("\0").slice(0, -1);
    return { program, args };
  } catch {
    return { program, args: ["run", "-A", ...RUN_FLAGS, Deno.mainModule, ...Deno.args] };
  }
}
