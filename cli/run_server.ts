/** A server from its start to its end: loads the tools, starts the adapters, stops them in order. */
import type { Logger } from "../src/base/log.ts";
import { type HttpServer, serveHttp } from "../src/adapters/http/http.ts";
import { serveStdio, type StdioEnd } from "../src/adapters/stdio/stdio.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";
import type { Access } from "../src/runtime/tenants.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import type { Features } from "../src/runtime/tools.ts";
import { gatherFeatures, gatherTenantFeatures } from "./gather_features.ts";
import { makeValidator } from "./make_validator.ts";
import { type OpenModules, openModules } from "./open_modules.ts";
import { openAudit } from "./open_audit.ts";
import { openTenants, stdioAccess, takeApiKey } from "./open_tenants.ts";
import { openStdio, type Stdio } from "./own_stdio.ts";
import type { KeptStdio } from "./restart.ts";
import { onStopSignal } from "./signals.ts";
import { surviveStrays } from "./stray_errors.ts";

const CLOSE_MS = 5_000;

/** Serves until a signal, or the end of stdio's input. `kept` is what `restartOnce` gave. */
export async function runServer(
  config: ServeConfig,
  log: Logger,
  kept: KeptStdio | undefined,
): Promise<void> {
  const signal = onStopSignal();
  surviveStrays(log);
  // Before any tool module is loaded: it may print while it loads.
  const streams = config.mode === "http" ? undefined : openStdio(kept);
  const key = takeApiKey();
  const modules = openModules(config.hosts, log, config.timeoutMs);
  const features = await loadFeatures(config, modules, log, signal);
  if (typeof features === "string") return log.info("stopped while loading", { reason: features });
  const validator = await makeValidator(config);
  const audit = await openAudit(config.audit, log);
  const tenants = await openTenants(config.state, log);
  const runtime = createRuntime({
    ...features,
    hosts: modules.hosts,
    validator,
    audit,
    tenants,
    tenantFeatures: await gatherTenantFeatures(config, modules.source, log),
    defaultTimeoutMs: config.timeoutMs,
    maxWorkers: config.maxWorkers,
    queueMax: config.queueMax,
    rateLimits: config.rateLimits,
    log,
  });
  const http = config.mode === "stdio" ? undefined : startHttp(config, runtime);
  const endStdio = new AbortController();
  const access = streams && await stdioAccess(tenants, key, config.state, log);
  const stdio = streams && startStdio(config, runtime, { ...streams, access }, endStdio.signal);
  // The end of the input ends a server that has nothing but its input.
  const reason = await (stdio && !http ? Promise.race([signal, stdio]) : signal);
  await drain(config, runtime, reason);
  endStdio.abort();
  await within(CLOSE_MS, [stdio, http?.close({ deadlineMs: CLOSE_MS })]);
  await audit.close();
  await tenants.close();
  log.info("stopped");
}

/** A server that does not come up leaves no tool hosts behind. */
async function loadFeatures(
  config: ServeConfig,
  { source, hosts }: OpenModules,
  log: Logger,
  signal: Promise<string>,
): Promise<Features | string> {
  let features: Features | string | undefined;
  try {
    return features = await Promise.race([gatherFeatures(config, source, log), signal]);
  } finally {
    if (typeof features !== "object") await hosts?.stop();
  }
}

/** Open calls end first: readiness says 503 meanwhile, and new calls are refused. */
async function drain(config: ServeConfig, runtime: Runtime, reason: string): Promise<void> {
  const { running, queued } = runtime.stats();
  runtime.log.info("stopping", { reason, open: running + queued });
  const { stopped } = await runtime.shutdown({ deadlineMs: config.drainTimeoutMs });
  if (stopped > 0) runtime.log.warn("calls were stopped at the end of the drain", { stopped });
}

/** A client that does not read its last answers must not hold the exit. */
async function within(ms: number, ends: readonly unknown[]): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([Promise.all(ends), late.promise]);
  clearTimeout(timer);
}

function startHttp(config: ServeConfig, runtime: Runtime): HttpServer {
  const server = serveHttp(runtime, { ...config, requireKey: config.state.requireKey });
  const { url } = server;
  runtime.log.info("serving HTTP", {
    url,
    mcp: `${url}/mcp`,
    rest: `${url}/v1/tools`,
    tools: runtime.registry.size,
  });
  if (config.allowAnonymous && !config.state.requireKey) {
    runtime.log.warn("anybody who reaches the address can call every tool");
  }
  return server;
}

async function startStdio(
  config: ServeConfig,
  runtime: Runtime,
  streams: Stdio & { readonly access: Access | undefined },
  signal: AbortSignal,
): Promise<StdioEnd> {
  runtime.log.info("serving stdio", { tools: runtime.registry.size });
  const { drainTimeoutMs } = config;
  const end = await serveStdio(runtime, { ...streams, signal, drainTimeoutMs });
  runtime.log.info("stdio ended", { reason: end });
  return end;
}
