/** What an upstream tells of a request while it works, as events of the call that it was made for. */
import type { CallEvent } from "../pipeline/call.ts";
import { isMcpLogLevel } from "../protocol/logging.ts";

type Values = Readonly<Record<string, unknown>>;

/** Undefined for what is no event, or not in the form of one. */
export function eventOf(method: string, params: Values): CallEvent | undefined {
  if (method === "notifications/progress") return progressOf(params);
  if (method !== "notifications/message" || !isMcpLogLevel(params.level)) return undefined;
  return { kind: "log", level: params.level, data: params.data };
}

function progressOf({ progress, total, message }: Values): CallEvent | undefined {
  if (typeof progress !== "number" || !Number.isFinite(progress)) return undefined;
  return {
    kind: "progress",
    progress,
    total: typeof total === "number" && Number.isFinite(total) ? total : undefined,
    message: typeof message === "string" ? message : undefined,
  };
}
