/** What admin adapters and the command line need to show a server and to steer it. */
export type {
  DrainReport,
  ProcessStatus,
  ServerControl,
  ServerPart,
  ServerState,
  ServerStatus,
} from "./control/server_control.ts";
export { controlOf, type SingleOptions } from "./control/single.ts";
export type { CallCounts, CallStatsSnapshot } from "./stats/call_stats.ts";
export { LatencyHistogram } from "./stats/latency.ts";
export { mergeStats } from "./stats/merge_stats.ts";
export { ReloadHistory, type ReloadReport, tellReload } from "./reloader.ts";
