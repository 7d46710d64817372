/** Which processes there are (Linux): hosts must not outlive their server. */
import { GUARD_NAME } from "../../src/supervisor/hosts/group_guard.ts";
import { until } from "./wait.ts";

/** False also for one that has ended and that nobody has waited for yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** The tool hosts of a server, with all that they have started; not what guards them. */
export function hostsOf(serverPid: number): number[] {
  const all: { pid: number; parent: number; group: number }[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(GUARD_NAME)) continue;
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state !== "Z") {
        all.push({ pid: Number(name), parent: Number(parent), group: Number(group) });
      }
    } catch {
      // It has ended in this moment.
    }
  }
  const hosts = all.filter(({ parent, pid, group }) => parent === serverPid && group === pid);
  return all.filter(({ group }) => hosts.some(({ pid }) => pid === group)).map(({ pid }) => pid);
}

/** Resolves once none of these processes is there. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  await until(() => !pids.some(isAlive), `the processes ${pids.join(", ")} are gone`);
}
