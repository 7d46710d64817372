/** What processes take of processor and memory, as Linux tells it in /proc; see proc(5). */
import process from "node:process";

/** What was taken so far. */
export interface Taken {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Linux counts processor time in ticks of 10 ms. */
const TICK_MS = 10;

/** Whether usage of other processes is told here. */
export const KNOWS_PROCESSES = Deno.build.os === "linux";

/** Of this process. */
export function ownUsage(): Taken {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, rssBytes: Deno.memoryUsage().rss };
}

/** Of a process and all that it has started; undefined when it is gone. */
export function usageOfTree(root: number): Taken | undefined {
  let found = false;
  let [cpuMs, rssBytes] = [0, 0];
  for (const pid of treeOf(root)) {
    const stat = readStat(pid);
    if (stat === undefined) continue;
    found = true;
    cpuMs += stat.cpuMs;
    rssBytes += residentBytes(pid);
  }
  return found ? { cpuMs, rssBytes } : undefined;
}

interface Stat {
  readonly parent: number;
  /** With that of children that have ended. */
  readonly cpuMs: number;
}

function readStat(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name, in parentheses, may have blanks in it; what follows is counted from field 3 on.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), cpuMs: ticks * TICK_MS };
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1_024;
}

function treeOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? readStat(pid)?.parent : undefined;
    if (parent !== undefined) children.set(parent, [...children.get(parent) ?? [], pid]);
  }
  const tree = [root];
  for (let at = 0; at < tree.length; at++) tree.push(...children.get(tree[at]!) ?? []);
  return tree;
}

/** Undefined for a process that has ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
