/** The command that starts this program once more. */

export interface SelfCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * As the system knows it, on Linux: Deno does not tell the arguments that were its own. The program
 * is taken by its path, so that an executable that was replaced meanwhile is started as it is now.
 */
export function selfCommand(): SelfCommand {
  const program = Deno.execPath().replace(/ \(deleted\)$/, "");
  try {
    const [, ...args] = Deno.readTextFileSync("/proc/self/cmdline").split("\0").slice(0, -1);
    return { program, args };
  } catch {
    if (Deno.build.standalone) return { program, args: Deno.args };
    return { program, args: ["run", "-A", "--unstable-net", Deno.mainModule, ...Deno.args] };
  }
}
