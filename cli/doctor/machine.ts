/** What the machine gives a server. */
import { type Check, type Finding, ok, warning } from "./check.ts";

/** Other versions have faults that show only under load (see README.md). */
const DENO = "2.8.2";
const OPEN_FILES_MIN = 4_096;
const WRAPPERS = [["setpriv", "hosts that loop outlive a server that is killed"], [
  "prlimit",
  "what tools keep outside the heap is not bounded",
]] as const;

export const checkMachine: Check = async ({ config }) => {
  const findings: Finding[] = [
    Deno.version.deno === DENO
      ? ok(`Deno ${DENO}`)
      : warning(`Deno ${Deno.version.deno}, expected ${DENO}`),
  ];
  const files = openFilesMax();
  if (files !== undefined) {
    findings.push(
      files >= OPEN_FILES_MIN
        ? ok(`${files} open files`)
        : warning(`${files} open files at most, expected ${OPEN_FILES_MIN} (ulimit -n)`),
    );
  }
  if (Deno.build.os !== "linux" || config.hosts.isolation === "inline") return findings;
  for (const [program, lost] of WRAPPERS) {
    if (!await runs(program)) findings.push(warning(`there is no ${program}: ${lost}`));
  }
  return findings;
};

/** Undefined where the system does not tell. */
function openFilesMax(): number | undefined {
  try {
    const limits = Deno.readTextFileSync("/proc/self/limits");
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? [];
    return soft === "unlimited" ? Infinity : soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

async function runs(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
