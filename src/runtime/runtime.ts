/** The whole that adapters serve: tools, layers and supervisor, put together once. */
import { type Clock, systemClock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import { type Logger, SILENT_LOG } from "../base/log.ts";
import { runBatch } from "../batching/batch.ts";
import { Call, type CallOptions, type Handler } from "../pipeline/call.ts";
import { faultLayer } from "../pipeline/fault.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import type { ServerInfo } from "../protocol/versions.ts";
import { validationLayer } from "../security/validation.ts";
import {
  createSupervisor,
  type ShutdownResult,
  type Supervisor,
  type SupervisorStats,
} from "../supervisor/supervisor.ts";
import type { SupervisorOptions } from "../supervisor/options.ts";
import { admissionLayer } from "../tools/admission.ts";
import { createRegistry, type Registry } from "../tools/registry.ts";
import type { Tool } from "../tools/tool.ts";
import { buildPipeline } from "./layers.ts";
import { VERSION } from "./version.ts";

export type { Registry, ToolEntry } from "../tools/registry.ts";

/** What a runtime is made of. */
export interface RuntimeOptions extends SupervisorOptions {
  /** The tools to serve; no two of one name. */
  readonly tools: readonly Tool[];
  /** Who the server says it is. @default gomcp and its version */
  readonly info?: ServerInfo;
  /** For the model: how the tools are meant to be used together. */
  readonly instructions?: string;
}

/** Tools, layers and supervisor, ready to be served by adapters. */
export interface Runtime {
  /** Who the server says it is. */
  readonly info: ServerInfo;
  /** What the model is told about the tools as a whole. */
  readonly instructions: string | undefined;
  /** The tools. */
  readonly registry: Registry;
  /** The program's log. */
  readonly log: Logger;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Sends a call through all layers. Never throws, never rejects. */
  readonly handle: Handler;
  /** Runs calls, at most `parallel` of them (default: all that workers allow) at once. */
  callBatch(
    calls: readonly Call[],
    options?: { readonly parallel?: number },
  ): Promise<readonly Outcome[]>;
  /** Calls a tool from the program itself, under the same rules as from outside. */
  callTool(
    tool: string,
    args: unknown,
    options?: Omit<CallOptions, "tool" | "args" | "adapter">,
  ): Outcome | Promise<Outcome>;
  /** False once it has begun to shut down. */
  isReady(): boolean;
  /** How busy it is. */
  stats(): SupervisorStats;
  /**
   * Takes no more calls, waits up to `deadlineMs` (default 30_000) for the open ones, then
   * stops them. Close the adapters after it.
   */
  shutdown(options?: { readonly deadlineMs?: number }): Promise<ShutdownResult>;
}

/**
 * Puts a runtime together.
 *
 * @example
 * ```ts
 * import { createRuntime, defineTool } from "gomcp";
 *
 * const hello = defineTool({
 *   name: "hello",
 *   description: "Greets.",
 *   handler: () => "Hello!",
 * });
 * const runtime = createRuntime({ tools: [hello] });
 * const outcome = await runtime.callTool("nobody", {});
 * if (outcome.kind !== "problem" || outcome.problem.code !== "unknown_tool") throw new Error();
 * await runtime.shutdown();
 * ```
 *
 * @throws {GomcpError} `invalid_request` for two tools of one name or a number out of range.
 */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { tools, info = { name: "gomcp", version: VERSION }, instructions, ...rest } = options;
  const log = rest.log ?? SILENT_LOG;
  const registry = createRegistry(tools, log);
  const supervisor: Supervisor = createSupervisor(rest);
  const handle = buildPipeline({
    fault: faultLayer(log),
    admission: admissionLayer(registry),
    validation: validationLayer(),
  }, supervisor.callTool);
  const widest = rest.maxWorkers ?? 100;
  return {
    info,
    instructions,
    registry,
    log,
    clock: rest.clock ?? systemClock,
    handle,
    callBatch: (calls, { parallel = widest } = {}) =>
      runBatch(calls, Math.min(checkParallel(parallel), widest), handle),
    callTool: (tool, args, callOptions) =>
      handle(new Call({ ...callOptions, tool, args, adapter: "library" })),
    isReady: () => !supervisor.stats().draining,
    stats: supervisor.stats,
    shutdown: supervisor.shutdown,
  };
}

function checkParallel(parallel: number): number {
  if (Number.isInteger(parallel) && parallel >= 1) return parallel;
  throw new GomcpError(
    "invalid_request",
    `Cannot run batch: parallel is ${parallel}, expected an integer of at least 1`,
  );
}
