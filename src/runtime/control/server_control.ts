/** What an operator can see of a server and do with it: what admin adapters and commands share. */
import type { SupervisorStats } from "../../supervisor/supervisor.ts";
import type { ToolHosts } from "../../supervisor/hosts/tool_hosts.ts";
import type { AuditStats } from "../../audit/audit_log.ts";
import type { GenerationsState } from "../generations.ts";
import type { ReloaderState, ReloadReport } from "../reloader.ts";
import type { TenantStats } from "../../tenants/manager.ts";
import type { CallStatsSnapshot } from "../stats/call_stats.ts";
import type { UpstreamStatus } from "../../upstreams/upstream.ts";

type PoolStatus = ReturnType<ToolHosts["status"]>[number];

/** A server's state: "starting" before it serves, "draining" once it takes no more calls. */
export type ServerState = "starting" | "ready" | "not_ready" | "draining";

/** How a server is. Times are ISO 8601 in UTC. */
export interface ServerStatus {
  readonly pid: number;
  readonly version: string;
  /** stdio, http or all. */
  readonly mode: string;
  /** Where it is served over HTTP; undefined where it is not. */
  readonly url?: string;
  readonly state: ServerState;
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly tools: number;
  readonly resources: number;
  readonly prompts: number;
  /** Calls, now and since the start. */
  readonly calls: SupervisorStats;
  readonly generations: GenerationsState;
  readonly reload: ReloaderState;
  readonly memory: { readonly rssBytes: number; readonly heapUsedBytes: number };
  /** Processor time that it has used since its start, in seconds; of tool hosts, their own. */
  readonly cpuSeconds: number;
  /** How the state of tenants is. */
  readonly tenants?: TenantStats;
  readonly audit?: AuditStats;
  /** The tool hosts of each module, where there are such. */
  readonly hosts?: readonly PoolStatus[];
  /** The upstreams, where there are such. */
  readonly upstreams?: readonly UpstreamStatus[];
  /** The processes that listen on one port, where there are several. */
  readonly processes?: readonly ProcessStatus[];
}

/** One of several processes that listen on one port. */
export interface ProcessStatus {
  /** Its name among them. */
  readonly id: string;
  readonly pid: number;
  /** "retiring" is one that a newer one has taken the place of. */
  readonly state: "starting" | "ready" | "retiring" | "waiting";
  /** How often it was started again since the server's start. */
  readonly restarts: number;
  /** What it says of itself; undefined when it does not answer. */
  readonly status?: ServerStatus;
}

/** A process of a server: how it is, and what became of its calls. */
export interface ServerPart {
  /** Its name among the processes of a server; undefined where there is one. */
  readonly process: string | undefined;
  readonly status: ServerStatus;
  readonly calls: CallStatsSnapshot;
}

/** How the end of a server went. */
export interface DrainReport {
  /** Calls that were open at the deadline and were stopped. */
  readonly stopped: number;
}

/** A server, as its operator has it. */
export interface ServerControl {
  status(): ServerStatus | Promise<ServerStatus>;
  /** What became of calls, by tool and tenant. */
  callStats(): CallStatsSnapshot | Promise<CallStatsSnapshot>;
  /** Each process that serves by itself; one that does not answer is left out. */
  parts(): readonly ServerPart[] | Promise<readonly ServerPart[]>;
  /** Never rejects: how it went is a value. */
  reload(options: { readonly dryRun: boolean }): Promise<ReloadReport>;
  /** Takes no more calls, lets the open ones end, then ends the server. Resolves before that end. */
  drain(): Promise<DrainReport>;
}
