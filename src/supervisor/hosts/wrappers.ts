/** Programs of the system that start a tool host with bounds that Deno has no way for (util-linux). */

/** Which of them there are. */
export interface Wrappers {
  /** `setpriv --pdeathsig`: the host is killed when its server is, also while it loops. */
  readonly diesWithParent: boolean;
  /** `prlimit --data`: bounds what the heap limit does not count, such as ArrayBuffers. */
  readonly limitsData: boolean;
}

let found: Promise<Wrappers> | undefined;

/** Looks once. Other programs of these names (busybox has a setpriv) may not know the options. */
export function findWrappers(): Promise<Wrappers> {
  return found ??= look();
}

async function look(): Promise<Wrappers> {
  if (Deno.build.os !== "linux") return { diesWithParent: false, limitsData: false };
  const [diesWithParent, limitsData] = await Promise.all([
    works("setpriv", ["--pdeathsig", "KILL", "true"]),
    works("prlimit", ["--data=4294967296", "true"]),
  ]);
  return { diesWithParent, limitsData };
}

async function works(program: string, args: readonly string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

/** The command that starts `command` with what there is. */
export function wrap(
  command: readonly string[],
  { diesWithParent, limitsData }: Wrappers,
  dataBytesMax: number,
): readonly string[] {
  return [
    ...(diesWithParent ? ["setpriv", "--pdeathsig", "KILL"] : []),
    ...(limitsData ? ["prlimit", `--data=${dataBytesMax}`] : []),
    ...command,
  ];
}
