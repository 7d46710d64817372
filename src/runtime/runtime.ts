/** The whole that adapters serve: tools, layers and supervisor, put together once; what is served can be reloaded. */
import { type Clock, systemClock } from "../base/clock.ts";
import { auditLayer } from "../audit/layer.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { RateLimit } from "../base/rate_limit.ts";
import { SILENT_LOG } from "../base/log.ts";
import { type OutcomeListener, runBatch } from "../batching/batch.ts";
import { processBatch } from "../batching/process_batch.ts";
import { admissionLayer } from "../pipeline/admission.ts";
import { Call, DEFAULT_TENANT, type Handler, type Layer } from "../pipeline/call.ts";
import { EventHub, LIST_NAMES } from "../pipeline/events.ts";
import { faultLayer } from "../pipeline/fault.ts";
import { taskLayer } from "../pipeline/task_layer.ts";
import type { ToolOutcome } from "../pipeline/outcome.ts";
import { canonicalDigest, StateSealer } from "../security/sealed_state.ts";
import { validationLayer } from "../security/validation.ts";
import { createSupervisor, type Supervisor } from "../supervisor/supervisor.ts";
import { rateLimitLayer } from "../ratelimit/layer.ts";
import { createRateLimiter, type RateLimiter } from "../ratelimit/limiter.ts";
import { tenantAdmissionLayer } from "../tenants/admission.ts";
import { quotaLayer } from "../tenants/quota_layer.ts";
import { createAuthenticator } from "./authenticate.ts";
import { createBatchOpener } from "./batch_port.ts";
import { checkRetireMs } from "./generation.ts";
import { Generations } from "./generations.ts";
import { buildPipeline, type LayerName } from "./layers.ts";
import { createLoginRecorder } from "./record_logins.ts";
import { CallStats } from "./stats/call_stats.ts";
import { createTasks } from "./tasks.ts";
import { VERSION } from "./version.ts";
import type { Runtime, RuntimeOptions } from "./runtime_port.ts";

export type { CompletionArgs } from "./catalog.ts";
export type { Registry, ToolEntry } from "../tools/registry.ts";
export type { FeatureHosts, Runtime, RuntimeOptions } from "./runtime_port.ts";

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
    ...(options.tracing !== undefined && { trace: options.tracing }),
    ...(options.audit !== undefined && { audit: auditLayer(options.audit) }),
    ...(rates !== undefined && { rateLimit: rateLimitLayer(rates) }),
    ...(tenants !== undefined && { quota: quotaLayer(tenants.gate) }),
    task: taskLayer,
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
        validation: validationLayer({
          validator: generation.policies.validator,
          onFindings: options.onFindings,
          log,
        }),
        admission: tenants === undefined
          ? admissionLayer(generation.catalog.find)
          : tenantAdmissionLayer((call) => generation.views.of(call.access).find(call), tenants),
      }, supervisor.callTool),
  });
  // To its clients a tenant's lists have changed with its rule.
  const ignoreRules = tenants?.watchRules((tenant) => {
    for (const list of LIST_NAMES) events.emit({ kind: "list_changed", list, tenant });
  });
  const handle: Handler = (call) => generations.current.handle(call);
  const openBatch = createBatchOpener(tenants, options.audit);
  const widest = rest.maxWorkers ?? 100;
  const callBatch: Runtime["callBatch"] = (calls, { parallel = widest, onOutcome } = {}) => {
    const [{ access, ticket } = {}] = calls;
    // More at once would be refused for it, or wait.
    const allowed = ticket?.slots ??
      (access === undefined ? undefined : tenants?.gate.concurrencyOf(access));
    const width = Math.min(checkParallel(parallel), widest, Math.max(1, allowed ?? Infinity));
    // Calls of tools end as tools do.
    return runBatch(calls, width, handle, {
      clock,
      onOutcome: onOutcome as OutcomeListener | undefined,
    }) as Promise<ToolOutcome[]>;
  };
  const tasks = options.tasks &&
    createTasks(options.tasks, {
      clock,
      log,
      handle,
      audit: options.audit,
      accessTo: tenants &&
        ((tenant, credential) => tenants.accessTo(tenant, credential || undefined)),
    });
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
    tasks,
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
      const port = { clock, open: openBatch, run: callBatch };
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
    get policies() {
      return generations.current.policies;
    },
    reload(next, { dryRun = false } = {}) {
      const changes = generations.reload(next, dryRun);
      const { auditPolicy } = generations.current.policies;
      if (auditPolicy !== undefined) options.audit?.usePolicy(auditPolicy);
      return changes;
    },
    async shutdown(shutdownOptions) {
      generations.close();
      ignoreRules?.();
      tasks?.release();
      const result = await supervisor.shutdown(shutdownOptions);
      await tasks?.close();
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
