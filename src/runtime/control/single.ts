/** A server of one process, as its operator has it. */
import type { ToolHosts } from "../../supervisor/hosts/tool_hosts.ts";
import type { Reloader } from "../reloader.ts";
import type { Runtime } from "../runtime.ts";
import type { TenantManager } from "../../tenants/manager.ts";
import type { Upstreams } from "../upstreams/upstreams.ts";
import { VERSION } from "../version.ts";
import type { DrainReport, ServerControl, ServerState, ServerStatus } from "./server_control.ts";

export interface SingleOptions {
  readonly runtime: Runtime;
  readonly reloader: Reloader;
  readonly pid: number;
  readonly mode: string;
  /** Where it is served over HTTP, once it is. */
  readonly url: () => string | undefined;
  readonly hosts: Pick<ToolHosts, "status"> | undefined;
  readonly upstreams?: Pick<Upstreams, "status"> | undefined;
  readonly tenants?: Pick<TenantManager, "stats"> | undefined;
  /** What the process uses of the machine. */
  readonly usage: () => Pick<ServerStatus, "memory" | "cpuSeconds">;
  /** Ends the server, and says how that went before it has gone. */
  readonly drain: () => Promise<DrainReport>;
}

export function controlOf(options: SingleOptions): ServerControl {
  const { runtime, reloader } = options;
  const startedMs = runtime.clock.now();
  const startedAt = new Date(runtime.clock.wall()).toISOString();
  const status = (): ServerStatus => {
    const url = options.url();
    const { registry, resources, prompts, audit } = runtime;
    return {
      pid: options.pid,
      version: VERSION,
      mode: options.mode,
      ...(url !== undefined && { url }),
      state: stateOf(runtime),
      startedAt,
      uptimeMs: Math.round(runtime.clock.now() - startedMs),
      tools: registry.size,
      resources: resources.size,
      prompts: prompts.size,
      calls: runtime.stats(),
      generations: runtime.generations(),
      reload: reloader.state(),
      ...options.usage(),
      ...(audit !== undefined && { audit: audit.stats() }),
      ...(options.hosts !== undefined && { hosts: options.hosts.status() }),
      ...(options.tenants !== undefined && { tenants: options.tenants.stats() }),
      ...(options.upstreams !== undefined && { upstreams: options.upstreams.status() }),
    };
  };
  return {
    status,
    callStats: () => runtime.callStats(),
    parts: () => [{ process: undefined, status: status(), calls: runtime.callStats() }],
    reload: ({ dryRun }) => reloader.reload("admin", { dryRun }),
    drain: options.drain,
  };
}

function stateOf(runtime: Runtime): ServerState {
  if (runtime.stats().draining) return "draining";
  return runtime.isReady() ? "ready" : "not_ready";
}
