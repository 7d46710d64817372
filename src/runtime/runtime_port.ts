/** A runtime as adapters and commands have it, and what it is made of. */
import type { Clock } from "../base/clock.ts";
import type { AuditLog } from "../audit/audit_log.ts";
import type { Problem } from "../base/errors.ts";
import type { RateLimit } from "../base/rate_limit.ts";
import type { Logger } from "../base/log.ts";
import type { OutcomeListener } from "../batching/batch.ts";
import type { Batch } from "../batching/create_batch.ts";
import type { BatchOpener, BatchReport, ProcessBatchOptions } from "../batching/process_batch.ts";
import type { Call, CallOptions, Handler, Layer } from "../pipeline/call.ts";
import type { EventHub } from "../pipeline/events.ts";
import type { ToolOutcome } from "../pipeline/outcome.ts";
import type { ServerInfo } from "../protocol/versions.ts";
import type { StateSealer } from "../security/sealed_state.ts";
import type { FindingListener } from "../security/validation.ts";
import type { ShutdownResult, SupervisorStats } from "../supervisor/supervisor.ts";
import type { SupervisorOptions } from "../supervisor/options.ts";
import type { RateLimiter } from "../ratelimit/limiter.ts";
import type { Access } from "../pipeline/access.ts";
import type { TenantManager } from "../tenants/manager.ts";
import type { PromptRegistry } from "../prompts/prompt_registry.ts";
import type { ResourceRegistry } from "../resources/resource_registry.ts";
import type { Registry } from "../tools/registry.ts";
import type { Authenticator } from "./authenticate.ts";
import type { Catalog } from "./catalog.ts";
import type { CatalogChanges } from "./changes.ts";
import type { GenerationFeatures, Policies } from "./generation.ts";
import type { GenerationsState } from "./generations.ts";
import type { LoginRecorder } from "./record_logins.ts";
import type { CallStatsSnapshot } from "./stats/call_stats.ts";
import type { TaskOptions, Tasks } from "./tasks.ts";

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
  /** Hears of patterns of attacks that were found in arguments, besides the log. Must not throw. */
  readonly onFindings?: FindingListener;
  /** Who keeps calls on record. The caller closes it, after the shutdown. @default nobody */
  readonly audit?: AuditLog;
  /** Who may call what, and how much. The caller closes it, after the shutdown. @default anybody */
  readonly tenants?: TenantManager;
  /** Goes around each call, outside all else, such as to make spans. @default nothing does */
  readonly tracing?: Layer | undefined;
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
  /**
   * Where calls go on that outlive their request, and how. The caller closes the store, after the
   * shutdown. @default none does: tools that are tasks only cannot be called
   */
  readonly tasks?: TaskOptions;
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
  /**
   * Debits a batch of calls with these arguments whole and puts it on record, or says why not. Up to
   * `parallel` of them (default: all) can run at once. Whoever opens one ends it.
   */
  readonly openBatch: BatchOpener;
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
  /** Calls that go on as tasks; undefined where none does. */
  readonly tasks: Tasks | undefined;
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
  /** What calls go by, where it was said. */
  readonly policies: Policies;
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
