/** What a process takes of the machine's memory. */

/** Bytes that the process holds in memory now; 0 where there is no /proc. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, "VmRSS");
}

/** The most bytes that it has held at once; 0 where there is no /proc. */
export function peakBytes(pid: number): number {
  return statusBytes(pid, "VmHWM");
}

function statusBytes(pid: number, key: string): number {
  if (Deno.build.os !== "linux") return 0;
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const match = new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status);
  return match === null ? 0 : Number(match[1]) * 1024;
}
