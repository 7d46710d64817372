/** The context of one call, as its handler sees it. */
import type { Logger, LogLevel } from "../base/log.ts";
import type { Call, ClientInfo } from "../pipeline/call.ts";
import type { McpLogLevel } from "../protocol/logging.ts";
import type { ToolContext } from "./tool.ts";

/**
 * Reads from the call when asked, so that a call pays only for what its tool uses.
 * `progress` and `log` are getters of closures: they survive destructuring.
 */
export class CallContext implements ToolContext {
  readonly #call: Call;
  readonly #serverLog: Logger;
  #lastProgress = -Infinity;

  constructor(call: Call, serverLog: Logger) {
    this.#call = call;
    this.#serverLog = serverLog;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get tenant(): string {
    return this.#call.tenant;
  }

  get client(): ClientInfo {
    return this.#call.client;
  }

  get requestId(): string | number {
    return this.#call.id;
  }

  get progress(): ToolContext["progress"] {
    return (done, total, message) => {
      if (!Number.isFinite(done) || done <= this.#lastProgress) return;
      this.#lastProgress = done;
      const known = Number.isFinite(total) ? total : undefined;
      this.#call.onEvent?.({ kind: "progress", progress: done, total: known, message });
    };
  }

  get log(): Logger {
    return {
      debug: this.#logAt("debug", "debug"),
      info: this.#logAt("info", "info"),
      warn: this.#logAt("warn", "warning"),
      error: this.#logAt("error", "error"),
    };
  }

  #logAt(level: Exclude<LogLevel, "off">, mcpLevel: McpLogLevel): Logger["info"] {
    return (message, fields) => {
      this.#serverLog[level](message, { ...fields, tool: this.#call.tool });
      const data = fields === undefined ? message : { ...fields, message };
      this.#call.onEvent?.({ kind: "log", level: mcpLevel, data });
    };
  }
}
