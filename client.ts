/**
 * The client of gomcp servers, published as `@gomcp/sdk`: for Deno, Node 20 and later, Bun and
 * browsers.
 *
 * @module
 */
export { GoMCPClient } from "./src/client/client.ts";
export { GoMCPError } from "./src/client/errors.ts";
export type { ClientErrorCode, GoMCPErrorDetails } from "./src/client/errors.ts";
export type { FetchLike } from "./src/client/platform.ts";
export type { ToolClient } from "./src/client/tool_client.ts";
export type { ToolList, ToolPage } from "./src/client/tool_list.ts";
export type { RequestOptions } from "./src/client/transport.ts";
export type {
  AnyTools,
  AwaitOptions,
  BatchCall,
  BatchOptions,
  BatchResult,
  CallOptions,
  CallRest,
  CallResult,
  GoMCPClientOptions,
  Health,
  LogEvent,
  Progress,
  Task,
  ToolInfo,
  ToolMap,
  ToolTypes,
} from "./src/client/types.ts";
export type { ErrorCode } from "./src/base/code_table.ts";
export type {
  BlockBase,
  ContentAnnotations,
  ContentBlock,
  Icon,
  MediaBlock,
  ResourceBlock,
  ResourceLinkBlock,
  TextBlock,
} from "./src/protocol/content.ts";
export type { McpLogLevel } from "./src/protocol/logging.ts";
