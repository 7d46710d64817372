/** The whole that adapters serve: tools, layers and supervisor, put together once; what is served can be reloaded. */
import { type Clock, systemClock } from "../base/clock.ts";
import type { AuditLog } from "../audit/audit_log.ts";
import { auditLayer } from "../audit/layer.ts";
import { GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { RateLimit } from "../base/rate_limit.ts";
import { type Logger, SILENT_LOG } from "../base/log.ts";
import { type OutcomeListener, runBatch } from "../batching/batch.ts";
import type { Batch } from "../batching/create_batch.ts";
import {
  type BatchReport,
  processBatch,
  type ProcessBatchOptions,
} from "../batching/process_batch.ts";
import { admissionLayer } from "../pipeline/admission.ts";
import {
  Call,
  type CallOptions,
  DEFAULT_TENANT,
  type Handler,
  type Layer,
} from "../pipeline/call.ts";
import { EventHub } from "../pipeline/events.ts";
import { faultLayer } from "../pipeline/fault.ts";
import type { ToolOutcome } from "../pipeline/outcome.ts";
import type { ServerInfo } from "../protocol/versions.ts";
import { canonicalDigest, StateSealer } from "../security/sealed_state.ts";
import { type FindingListener, validationLayer } from "../security/validation.ts";
import type { Validator } from "../security/validator.ts";
import {
  createSupervisor,
  type ShutdownResult,
  type Supervisor,
  type SupervisorStats,
} from "../supervisor/supervisor.ts";
import type { SupervisorOptions } from "../supervisor/options.ts";
import { rateLimitLayer } from "../ratelimit/layer.ts";
import { createRateLimiter, type RateLimiter } from "../ratelimit/limiter.ts";
import type { Access } from "../pipeline/access.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import { tenantAdmissionLayer } from "../tenants/admission.ts";
import type { TenantManager } from "../tenants/manager.ts";
import { quotaLayer } from "../tenants/quota_layer.ts";
import type { PromptRegistry } from "../prompts/prompt_registry.ts";
import type { ResourceRegistry } from "../resources/resource_registry.ts";
import type { Registry } from "../tools/registry.ts";
import { type Authenticator, createAuthenticator } from "./authenticate.ts";
import { admitBatch, createBatchPort } from "./batch_port.ts";
import type { Catalog } from "./catalog.ts";
import type { CatalogChanges } from "./changes.ts";
import { checkRetireMs, type GenerationFeatures } from "./generation.ts";
import { Generations, type GenerationsState } from "./generations.ts";
import { buildPipeline, type LayerName } from "./layers.ts";
import { createLoginRecorder, type LoginRecorder } from "./record_logins.ts";
import { CallStats, type CallStatsSnapshot } from "./stats/call_stats.ts";
import { VERSION } from "./version.ts";

export type { CompletionArgs } from "./catalog.ts";
export type { Registry, ToolEntry } from "../tools/registry.ts";

/** What runs features in other processes. */
export interface FeatureHosts {
  /** False while some of them cannot run. */
  isReady(): boolean;
  /** Ends the processes. */
  stop(): Promise<void>;
}

/** What a runtime is made of. */
export interface RuntimeOptions extends SupervisorOptions, GenerationFeatures {
  /** Who the server says it is. @default gomcp and its version */
  readonly info?: ServerInfo;
  /** For the model: how the tools are meant to be used together. */
  readonly instructions?: string;
  /** How fast callers may go; each process counts for itself. @default no limit */
  readonly rateLimits?: readonly RateLimit[];
  /** Bounds arguments and looks for attacks in them. @default defaultValidator() */
  readonly validator?: Validator;
  /** Hears of patterns of attacks that were found in arguments, besides the log. Must not throw. */
  readonly onFindings?: FindingListener;
  /** Who keeps calls on record. The caller closes it, after the shutdown. @default nobody */
  readonly audit?: AuditLog;
  /** Who may call what, and how much. The caller closes it, after the shutdown. @default anybody */
  readonly tenants?: TenantManager;
  /**
   * 32 secret bytes by which what a call takes along between its rounds can be read by another
   * runtime that has them, too. @default random ones
   */
  readonly stateKey?: Uint8Array;
  /**
   * How long, in milliseconds, calls may go on in a generation that a reload has replaced; then they
   * are stopped. 1 to a day.
   * @default 600_000
   */
  readonly retireMs?: number;
  /**
   * The tool hosts of the features, where there are such: while one of their modules has failed,
   * the runtime is not ready. Its shutdown stops them.
   */
  readonly hosts?: FeatureHosts | undefined;
}

/** A batch that was admitted whole. */
export interface OpenBatch {
  /** What pays for its calls. */
  readonly ticket: BatchTicket;
  /** Takes back what its calls did not need. */
  end(): void;
}

/** Tools, layers and supervisor, ready to be served by adapters. */
export interface Runtime {
  /** Who the server says it is. */
  readonly info: ServerInfo;
  /** What the model is told about the tools as a whole. */
  readonly instructions: string | undefined;
  /** The tools; after a reload, others. */
  readonly registry: Registry;
  /** The resources and their templates. */
  readonly resources: ResourceRegistry;
  /** The prompts. */
  readonly prompts: PromptRegistry;
  /** The program's log. */
  readonly log: Logger;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Who keeps calls on record. */
  readonly audit: AuditLog | undefined;
  /** What is told to all clients that listen. */
  readonly events: EventHub;
  /** The rate limits, for what is no call: lists and logins; undefined where there are none. */
  readonly rates: RateLimiter | undefined;
  /** Who a caller is; undefined where there are no tenants, and anybody may call. */
  readonly authenticate: Authenticator | undefined;
  /** Puts on record whom an adapter turned away; undefined where nobody keeps records. */
  readonly recordLogin: LoginRecorder | undefined;
  /**
   * What a caller may do whose tenant the program knows, such as by a certificate; `credential` is its
   * name for logs. Undefined where there are no tenants.
   */
  readonly accessTo:
    | ((tenant: string, credential: string) => Access | Problem | Promise<Access | Problem>)
    | undefined;
  /** What a caller sees. */
  viewFor(access: Access | undefined): Catalog;
  /** Debits a batch of calls whole, or says why not; undefined when nothing is counted. */
  openBatch(
    access: Access | undefined,
    size: number,
  ): OpenBatch | Problem | undefined | Promise<OpenBatch | Problem | undefined>;
  /** Seals what travels by way of a client. */
  readonly states: StateSealer;
  /** A value's digest that does not depend on the order of its keys. */
  readonly digest: (value: unknown) => string;
  /** Sends a call through all layers. Never throws, never rejects. */
  readonly handle: Handler;
  /**
   * Runs calls, at most `parallel` of them (default: all that workers and their tenant allow) at
   * once. `onOutcome` is told each outcome with how long it took; while it waits, there is one call
   * less at once.
   */
  callBatch(
    calls: readonly Call[],
    options?: {
      readonly parallel?: number;
      readonly onOutcome?: OutcomeListener<ToolOutcome>;
    },
  ): Promise<readonly ToolOutcome[]>;
  /**
   * Runs a batch (`createBatch`): admitted or refused whole, on record as one, with one deadline.
   * A problem says why nothing of it was run.
   *
   * @throws {GomcpError} `invalid_request` for a deadline that is none.
   */
  processBatch(batch: Batch, options?: ProcessBatchOptions): Promise<BatchReport | Problem>;
  /** Calls a tool from the program itself, under the same rules as from outside. */
  callTool(
    tool: string,
    args: unknown,
    options?: Omit<CallOptions, "kind" | "tool" | "args" | "adapter">,
  ): ToolOutcome | Promise<ToolOutcome>;
  /** False once it has begun to shut down. */
  isReady(): boolean;
  /** How busy it is. */
  stats(): SupervisorStats;
  /** What became of calls, by tool and tenant. */
  callStats(): CallStatsSnapshot;
  /** The generation that takes new calls, and those that still have some. */
  generations(): GenerationsState;
  /**
   * Serves `next` from now on, at once and as a whole: calls that have begun end on what was
   * before, and clients that listen are told of each list that looks different. The same objects
   * as before are unchanged; where all are, nothing happens. With `dryRun`, nothing happens anyway.
   *
   * @throws {GomcpError} `invalid_request` for what `createRuntime` would refuse, `overloaded` once
   * it shuts down; then all is as before.
   */
  reload(next: GenerationFeatures, options?: { readonly dryRun?: boolean }): CatalogChanges;
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
 * @throws {GomcpError} `invalid_request` for two tools or rate limits of one name, or a number out
 * of range.
 */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { info = { name: "gomcp", version: VERSION }, instructions, ...rest } = options;
  const log = rest.log ?? SILENT_LOG;
  const supervisor: Supervisor = createSupervisor(rest);
  const events = new EventHub();
  const clock = rest.clock ?? systemClock;
  const { tenants } = options;
  const rates = createRates(options.rateLimits, clock);
  const watch = new CallStats(clock);
  const stateful: Readonly<Partial<Record<LayerName, Layer>>> = {
    ...(options.audit !== undefined && { audit: auditLayer(options.audit) }),
    ...(rates !== undefined && { rateLimit: rateLimitLayer(rates) }),
    validation: validationLayer({
      validator: options.validator,
      onFindings: options.onFindings,
      log,
    }),
    ...(tenants !== undefined && { quota: quotaLayer(tenants.gate) }),
  };
  const generations = new Generations(options, {
    log,
    clock,
    events,
    watch,
    retireMs: checkRetireMs(options.retireMs),
    stopCalls: supervisor.stopCalls,
    buildPipeline: (generation) =>
      buildPipeline({
        ...stateful,
        fault: faultLayer(log, generation),
        admission: tenants === undefined
          ? admissionLayer(generation.catalog.find)
          : tenantAdmissionLayer((call) => generation.views.of(call.access).find(call), tenants),
      }, supervisor.callTool),
  });
  const handle: Handler = (call) => generations.current.handle(call);
  const openBatch: Runtime["openBatch"] = (access, size) =>
    tenants === undefined || access === undefined ? undefined : admitBatch(tenants, access, size);
  const widest = rest.maxWorkers ?? 100;
  const callBatch: Runtime["callBatch"] = (calls, { parallel = widest, onOutcome } = {}) => {
    const access = calls[0]?.access;
    // More at once would be refused for it.
    const allowed = access === undefined ? undefined : tenants?.gate.concurrencyOf(access);
    const width = Math.min(checkParallel(parallel), widest, Math.max(1, allowed ?? Infinity));
    // Calls of tools end as tools do.
    return runBatch(calls, width, handle, {
      clock,
      onOutcome: onOutcome as OutcomeListener | undefined,
    }) as Promise<ToolOutcome[]>;
  };
  const port = createBatchPort(clock, options.audit, openBatch, callBatch);
  return {
    info,
    instructions,
    get registry() {
      return generations.current.catalog.tools;
    },
    get resources() {
      return generations.current.catalog.resources;
    },
    get prompts() {
      return generations.current.catalog.prompts;
    },
    log,
    clock,
    audit: options.audit,
    events,
    rates,
    authenticate: tenants && createAuthenticator({
      tenants,
      rateLimits: options.rateLimits ?? [],
      clock,
      log,
    }),
    recordLogin: options.audit && createLoginRecorder(options.audit),
    accessTo: tenants && ((tenant, credential) => tenants.accessTo(tenant, credential)),
    viewFor: (access) => generations.current.views.of(access),
    openBatch,
    states: new StateSealer(clock, LIMITS.requestStateTtlMs, options.stateKey),
    digest: canonicalDigest,
    handle,
    callBatch,
    processBatch: async (batch, given = {}) => {
      const { adapter = "library", client, access = client?.access } = given;
      const tenant = given.tenant ?? access?.tenant ?? DEFAULT_TENANT;
      const known = access ?? await tenants?.accessTo(tenant);
      if (known !== undefined && "code" in known) return known;
      return processBatch(port, batch, { adapter, client, access: known, tenant }, given);
    },
    callTool: (tool, args, callOptions) =>
      handle(new Call({ ...callOptions, kind: "tool", tool, args, adapter: "library" })) as
        | ToolOutcome
        | Promise<ToolOutcome>,
    isReady: () =>
      tenants?.isReady() !== false && options.hosts?.isReady() !== false &&
      !supervisor.stats().draining,
    stats: supervisor.stats,
    callStats: () => watch.snapshot(),
    generations: () => generations.state(),
    reload: (next, { dryRun = false } = {}) => generations.reload(next, dryRun),
    async shutdown(shutdownOptions) {
      generations.close();
      const result = await supervisor.shutdown(shutdownOptions);
      generations.end();
      events.close();
      await options.hosts?.stop();
      return result;
    },
  };
}

/** No limiter without limits: nothing is spent on what nobody asked for. */
function createRates(limits: readonly RateLimit[] = [], clock: Clock): RateLimiter | undefined {
  return limits.length === 0 ? undefined : createRateLimiter(limits, { clock });
}

function checkParallel(parallel: number): number {
  if (Number.isInteger(parallel) && parallel >= 1) return parallel;
  throw new GomcpError(
    "invalid_request",
    `Cannot run batch: parallel is ${parallel}, expected an integer of at least 1`,
  );
}
