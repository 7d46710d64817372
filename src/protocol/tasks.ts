/** The tasks extension of 2026-07-28: what of it is in messages (MCP extensions: tasks). */
import { isRecord } from "../base/json.ts";
import type { RpcError } from "./jsonrpc.ts";

/** The extension's name in capabilities. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** What a client must have declared, in the form of `requiredCapabilities`. */
export const TASKS_CAPABILITY = { extensions: { [TASKS_EXTENSION]: {} } } as const;

/** Whether a client has declared that it takes tasks. */
export function declaresTasks(capabilities: Readonly<Record<string, unknown>>): boolean {
  const { extensions } = capabilities;
  return isRecord(extensions) && isRecord(extensions[TASKS_EXTENSION]);
}

/** A task as messages have it, without how it ended. */
export interface WireTask {
  readonly taskId: string;
  readonly status: string;
  readonly statusMessage?: string | undefined;
  /** ISO 8601, in UTC. */
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
}

/** With what its status asks for. */
export interface DetailedTask extends WireTask {
  readonly inputRequests?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: Omit<RpcError, "httpStatus">;
}
