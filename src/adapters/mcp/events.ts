/** What handlers say while they work, as notifications for a client that asked for them. */
import type { CallEvent } from "../../pipeline/call.ts";
import { notificationText } from "../../protocol/jsonrpc.ts";
import { isMcpLogLevel, isWanted, type McpLogLevel } from "../../protocol/logging.ts";

/**
 * Makes the listener of a call; undefined when the client asked for nothing. `token` and
 * `level` are as the client sent them, not yet checked.
 */
export function eventSender(
  notify: (text: string) => void,
  token: unknown,
  level: unknown,
): ((event: CallEvent) => void) | undefined {
  const progressToken = isProgressToken(token) ? token : undefined;
  const threshold = isMcpLogLevel(level) ? level : undefined;
  if (progressToken === undefined && threshold === undefined) return undefined;
  return (event) => {
    if (event.kind === "progress") {
      if (progressToken === undefined) return;
      const { progress, total, message } = event;
      notify(
        notificationText("notifications/progress", { progressToken, progress, total, message }),
      );
    } else if (event.kind === "log" && isWanted(event.level, threshold)) {
      notify(logText(event.level, event.data));
    }
  };
}

/** A number too large for a double comes as Infinity, which JSON cannot send back. */
function isProgressToken(token: unknown): token is string | number {
  return typeof token === "string" || Number.isFinite(token);
}

/** What a tool logs may be anything; it must not fail for having logged. */
function logText(level: McpLogLevel, data: unknown): string {
  try {
    return notificationText("notifications/message", { level, logger: "tool", data });
  } catch {
    const text = "(what the tool logged cannot be shown as JSON)";
    return notificationText("notifications/message", { level, logger: "tool", data: text });
  }
}
