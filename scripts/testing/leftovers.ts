/** Processes that tests have started and left behind (Linux). */

/** A process, and how it was started. */
export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** The processes whose commands name something in these folders, but for this process. */
export function processesOf(folders: readonly string[]): readonly Leftover[] {
  if (Deno.build.os !== "linux") return [];
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) return [];
    const command = commandOf(name);
    const isOurs = folders.some((folder) => command.includes(`${folder}/`));
    return isOurs ? [{ pid: Number(name), command }] : [];
  });
}

/** How long what is about to end has for it. */
const ENDING_MS = 5_000;

/** Those that were not there before, and stay. */
export async function leftovers(
  folders: readonly string[],
  before: readonly Leftover[],
): Promise<readonly Leftover[]> {
  const known = new Set(before.map(({ pid }) => pid));
  const end = performance.now() + ENDING_MS;
  for (;;) {
    const left = processesOf(folders).filter(({ pid }) => !known.has(pid));
    if (left.length === 0 || performance.now() > end) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Empty for one that has ended. */
function commandOf(pid: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").join(" ").trim();
  } catch {
    return "";
  }
}
