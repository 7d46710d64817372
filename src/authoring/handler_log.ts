/** The log as handlers have it: MCP's eight levels, those of RFC 5424 section 6.2.1. */
import type { LogFields, Logger, LogLevel } from "../base/log.ts";
import type { Call } from "../pipeline/call.ts";
import type { McpLogLevel } from "../protocol/logging.ts";

/** Says something at one level, with what belongs to it. */
export type SayLog = (message: string, fields?: LogFields) => void;

/** Goes to the server's log, and to the client as far as it asked for log messages. */
export interface HandlerLog extends Readonly<Record<McpLogLevel, SayLog>> {
  /** The same as `warning`. */
  readonly warn: SayLog;
}

/** The server's own log knows fewer levels. */
const SERVER_LEVELS: Readonly<Record<McpLogLevel, Exclude<LogLevel, "off">>> = {
  debug: "debug",
  info: "info",
  notice: "info",
  warning: "warn",
  error: "error",
  critical: "error",
  alert: "error",
  emergency: "error",
};

/** The log of one call; `level` stands beside what the server's log would show less gravely. */
export function handlerLog(call: Call, serverLog: Logger): HandlerLog {
  const at = (level: McpLogLevel): SayLog => (message, fields) => {
    const own = SERVER_LEVELS[level];
    const more = own === level || level === "warning" ? undefined : { mcpLevel: level };
    serverLog[own](message, { ...fields, ...more, tool: call.tool });
    const data = fields === undefined ? message : { ...fields, message };
    call.onEvent?.({ kind: "log", level, data });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    notice: at("notice"),
    warning: at("warning"),
    warn: at("warning"),
    error: at("error"),
    critical: at("critical"),
    alert: at("alert"),
    emergency: at("emergency"),
  };
}
