/** MCP's log levels, those of RFC 5424 section 6.2.1, from the least grave to the most. */

export const MCP_LOG_LEVELS: readonly McpLogLevel[] = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
];

/** How grave a log message is. */
export type McpLogLevel =
  | "debug"
  | "info"
  | "notice"
  | "warning"
  | "error"
  | "critical"
  | "alert"
  | "emergency";

export function isMcpLogLevel(level: unknown): level is McpLogLevel {
  return MCP_LOG_LEVELS.includes(level as McpLogLevel);
}

/** True when a record of `level` is wanted by someone who asked for `threshold` and graver. */
export function isWanted(level: McpLogLevel, threshold: McpLogLevel | undefined): boolean {
  if (threshold === undefined) return false;
  return MCP_LOG_LEVELS.indexOf(level) >= MCP_LOG_LEVELS.indexOf(threshold);
}
