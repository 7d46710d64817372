/** What the command line needs of upstreams. */
export { mergeUpstreams } from "./upstreams/merge_features.ts";
export { openProcess } from "./upstreams/open_process.ts";
export { waysTo } from "./upstreams/ways_to.ts";
export { createUpstreams, type PinCheck, type Upstreams } from "./upstreams/upstreams.ts";
export { type NamedTool, namedTools } from "./upstreams/named_tools.ts";
export { readTools, type SaidTool } from "./upstreams/read_tools.ts";
export type { UpstreamSettings } from "../upstreams/settings.ts";
export type { UpstreamStatus } from "../upstreams/upstream.ts";
