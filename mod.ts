/**
 * gomcp as a library: define tools, put a runtime together, serve it.
 *
 * @module
 */
export { defineTool } from "./src/tools/define_tool.ts";
export type {
  HandlerReturn,
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
  ContentAnnotations,
  ContentBlock,
  MediaBlock,
  ResourceBlock,
  ResourceLinkBlock,
  TextBlock,
  ToolResult,
} from "./src/protocol/content.ts";
export { createRuntime } from "./src/runtime/runtime.ts";
export type { Runtime, RuntimeOptions } from "./src/runtime/runtime.ts";
export { createSupervisor } from "./src/supervisor/supervisor.ts";
export type {
  ShutdownResult,
  Supervisor,
  SupervisorOptions,
  SupervisorStats,
} from "./src/supervisor/supervisor.ts";
export { serveHttp } from "./src/adapters/http/http.ts";
export type { HttpOptions, HttpServer } from "./src/adapters/http/http.ts";
export { serveStdio } from "./src/adapters/stdio/stdio.ts";
export type { StdioEnd, StdioOptions } from "./src/adapters/stdio/stdio.ts";
export { GomcpError } from "./src/base/errors.ts";
export type { Problem } from "./src/base/errors.ts";
export type { ErrorCode } from "./src/base/code_table.ts";
