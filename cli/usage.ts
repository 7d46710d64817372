/** What this process uses of the machine. */
import process from "node:process";
import type { ServerStatus } from "../src/runtime/control.ts";

export function usage(): Pick<ServerStatus, "memory" | "cpuSeconds"> {
  const { rss, heapUsed } = Deno.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    memory: { rssBytes: rss, heapUsedBytes: heapUsed },
    cpuSeconds: (user + system) / 1e6,
  };
}
