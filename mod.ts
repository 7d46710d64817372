/**
 * gomcp as a library: define tools, put a runtime together, serve it.
 *
 * @module
 */
export { defineTool } from "./src/tools/define_tool.ts";
export type {
  ArgsOf,
  HandlerReturn,
  StructuredOf,
  Tool,
  ToolAnnotations,
  ToolContext,
  ToolIcon,
  ToolOptions,
  ToolPermissions,
} from "./src/tools/tool.ts";
export type { CompiledSchema, JsonSchema } from "./src/tools/compiled_schema.ts";
export type { SchemaSource } from "./src/tools/schema.ts";
export type { ZodSchema } from "./src/tools/schema_zod.ts";
export type {
  BlockBase,
  ContentAnnotations,
  ContentBlock,
  MediaBlock,
  ResourceBlock,
  ResourceLinkBlock,
  TextBlock,
  ToolResult,
} from "./src/protocol/content.ts";
export { createRuntime } from "./src/runtime/runtime.ts";
export type { Registry, Runtime, RuntimeOptions, ToolEntry } from "./src/runtime/runtime.ts";
export type { ToolPage } from "./src/tools/registry.ts";
export type { ServerInfo } from "./src/protocol/versions.ts";
export { Call } from "./src/pipeline/call.ts";
export type {
  AdapterName,
  ArgumentsCheck,
  CallEvent,
  CallOptions,
  ClientInfo,
  Handler,
  Target,
} from "./src/pipeline/call.ts";
export type { Completed, Failed, Outcome } from "./src/pipeline/outcome.ts";
export type { McpLogLevel } from "./src/protocol/logging.ts";
export type { CancelTimer, Clock } from "./src/base/clock.ts";
export type { LogFields, Logger } from "./src/base/log.ts";
export { createSupervisor } from "./src/supervisor/supervisor.ts";
export type { ShutdownResult, Supervisor, SupervisorStats } from "./src/supervisor/supervisor.ts";
export type { SupervisorOptions } from "./src/supervisor/options.ts";
export { serveHttp } from "./src/adapters/http/http.ts";
export type { HttpOptions, HttpServer } from "./src/adapters/http/http.ts";
export type { GuardOptions } from "./src/adapters/http/guard.ts";
export { serveStdio } from "./src/adapters/stdio/stdio.ts";
export type { ByteReader, StdioEnd, StdioOptions } from "./src/adapters/stdio/stdio.ts";
export type { ByteWriter } from "./src/adapters/stdio/output.ts";
export { GomcpError } from "./src/base/errors.ts";
export type { Problem } from "./src/base/errors.ts";
export type { ErrorCode } from "./src/base/code_table.ts";
