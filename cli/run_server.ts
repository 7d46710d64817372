/** A server from its start to its end: loads the tools, starts the adapters, stops them in order. */
import { systemClock } from "../src/base/clock.ts";
import type { Logger } from "../src/base/log.ts";
import { type HttpServer, serveHttp } from "../src/adapters/http/http.ts";
import { serveCertifiedHttp } from "../src/adapters/http/http_certified.ts";
import type { SiblingOptions } from "../src/adapters/http/siblings.ts";
import { metricsOf, metricsResponse, type MetricsText } from "../src/adapters/metrics/metrics.ts";
import { serveStdio, type StdioEnd } from "../src/adapters/stdio/stdio.ts";
import { serveGrpc } from "../src/adapters/grpc/grpc.ts";
import type { GrpcServer } from "../src/adapters/grpc/options.ts";
import type { GrpcConfig } from "../src/config/grpc_config.ts";
import { type ServeConfig, servesHttp, servesStdio } from "../src/config/serve_config.ts";
import { controlOf, type DrainReport } from "../src/runtime/control.ts";
import type { FeatureSource, LoadedFeatures } from "../src/runtime/reload.ts";
import type { Access } from "../src/runtime/tenants.ts";
import type { UpstreamSettings } from "../src/runtime/upstreams.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { openTasks } from "../src/stores/tasks/open_tasks.ts";
import { startMetrics } from "./start_metrics.ts";
import { openAdmin } from "./admin/open_admin.ts";
import { createFeatureSource, type UpstreamSource } from "./gather_features.ts";
import { type OpenModules, openModules } from "./open_modules.ts";
import { openAudit } from "./open_audit.ts";
import { openPins } from "./open_pins.ts";
import { openUpstreams } from "./open_upstreams.ts";
import { openOauth } from "./open_oauth.ts";
import { withPolicies } from "./policies.ts";
import { takeApiKey } from "./api_key.ts";
import { openTracing } from "./open_tracing.ts";
import { openTenants, stateUrlOf, stdioAccess, warnOfUnknownTenants } from "./open_tenants.ts";
import { openStdio, type Stdio } from "./own_stdio.ts";
import type { KeptStdio } from "./restart.ts";
import { configOfListener, joinServer } from "./processes/joined.ts";
import { retire } from "./processes/retire.ts";
import { runGroup } from "./processes/run_group.ts";
import { startReloading } from "./reloading.ts";
import { listenForHangUps, onStopSignal } from "./signals.ts";
import { serviceNotifier } from "./systemd/sd_notify.ts";
import { surviveStrays } from "./stray_errors.ts";
import { usage } from "./usage.ts";
import { welcomeOnce } from "./welcome.ts";

const CLOSE_MS = 5_000;

/** Serves until a signal, or the end of stdio's input. `kept` is what `restartOnce` gave. */
export async function runServer(
  said: ServeConfig,
  configured: (() => readonly UpstreamSettings[]) | undefined,
  log: Logger,
  kept: KeptStdio | undefined,
): Promise<void> {
  const joined = await joinServer();
  if (joined === undefined && said.processes !== 1) return await runGroup(said, log);
  const config = joined === undefined ? said : configOfListener(said, joined);
  const signal = onStopSignal();
  const hangUps = listenForHangUps();
  surviveStrays(log);
  // Before any tool module is loaded: it may print while it loads.
  const streams = servesStdio(config.mode) ? openStdio(kept) : undefined;
  const key = takeApiKey();
  const service = serviceNotifier(log);
  const modules = openModules(config.hosts, log, config.timeoutMs);
  const pins = config.locked ? openPins(config.lockFile) : undefined;
  const upstreams = configured && openUpstreams(configured, log, pins);
  const source = withPolicies(createFeatureSource(config, modules, log, upstreams), config);
  const features = await loadFeatures(source, modules, upstreams, signal);
  if (typeof features === "string") return log.info("stopped while loading", { reason: features });
  const audit = await openAudit(config.audit, features.auditPolicy, log);
  const tokens = await openOauth(config.oauth, log);
  const stateUrl = stateUrlOf(config.state, log);
  const tenants = await openTenants(stateUrl, config.state, log, tokens);
  await warnOfUnknownTenants(tenants, config, log);
  const taskStore = await openTasks(stateUrl, log);
  const runtime = createRuntime({
    ...features,
    hosts: modules.hosts,
    audit,
    tenants,
    defaultTimeoutMs: config.timeoutMs,
    maxWorkers: config.maxWorkers,
    queueMax: config.queueMax,
    rateLimits: config.rateLimits,
    tasks: { ...config.tasks, store: taskStore },
    tracing: await openTracing(systemClock),
    log,
    ...(joined && { stateKey: Uint8Array.fromBase64(joined.orders.stateKey) }),
  });
  const reloading = await startReloading(config, runtime, source, service, hangUps);
  modules.loads.onMistaken = () => void reloading.reloader.reload("a host has other tools");
  upstreams?.follow(runtime, reloading.reloader);
  const asked = Promise.withResolvers<string>();
  const drained = Promise.withResolvers<DrainReport>();
  let http: HttpServer | undefined;
  const control = controlOf({
    runtime,
    reloader: reloading.reloader,
    pid: Deno.pid,
    mode: config.mode,
    url: () => http?.url,
    hosts: modules.hosts,
    upstreams: upstreams?.upstreams,
    tenants,
    usage,
    drain() {
      asked.resolve("admin");
      return drained.promise;
    },
  });
  const metrics = metricsOf(control);
  if (servesHttp(config.mode)) http = await startHttp(config, runtime, joined?.siblings, metrics);
  const grpc = config.grpc && await startGrpc(config, config.grpc, runtime);
  const metricsServer = joined === undefined ? startMetrics(config, metrics, log) : undefined;
  const admin = await openAdmin(config.adminSocket, control, log);
  const endStdio = new AbortController();
  const access = streams && await stdioAccess(tenants, key, config.state, log);
  const stdio = streams && startStdio(config, runtime, { ...streams, access }, endStdio.signal);
  service.ready();
  if (http !== undefined && joined === undefined) welcomeOnce(http.url, runtime.registry.size);
  if (http !== undefined) await joined?.ready(http.port);
  // The end of the input ends a server that has nothing but its input.
  const ends = [signal, asked.promise, ...(stdio && !http && !grpc ? [stdio] : [])];
  const reason = await Promise.race([...ends, ...(joined ? [joined.end] : [])]);
  service.stopping();
  await reloading.close();
  if (typeof reason !== "string" && reason.reason === "retire") {
    await retire(runtime, http!, reason.tell, config.drainTimeoutMs);
  }
  grpc?.drain();
  const result = await drain(config, runtime, typeof reason === "string" ? reason : reason.reason);
  await joined?.stopped(result.stopped);
  drained.resolve(result);
  endStdio.abort();
  await within(CLOSE_MS, [
    stdio,
    http?.close({ deadlineMs: CLOSE_MS }),
    grpc?.close({ deadlineMs: CLOSE_MS }),
    admin?.close(),
    metricsServer?.close(),
  ]);
  await upstreams?.upstreams.stop();
  await audit.close();
  await taskStore.close();
  await tenants.close();
  await tokens?.close();
  service.close();
  log.info("stopped");
}

/** A server that does not come up leaves no tool hosts behind. */
async function loadFeatures(
  source: FeatureSource,
  { hosts }: OpenModules,
  upstreams: UpstreamSource | undefined,
  signal: Promise<string>,
): Promise<LoadedFeatures | string> {
  let features: LoadedFeatures | string | undefined;
  try {
    return features = await Promise.race([source.load(), signal]);
  } finally {
    if (typeof features !== "object") {
      await Promise.all([hosts?.stop(), upstreams?.upstreams.stop()]);
    }
  }
}

/** Open calls end first: readiness says 503 meanwhile, and new calls are refused. */
async function drain(
  config: ServeConfig,
  runtime: Runtime,
  reason: string,
): Promise<DrainReport> {
  const { running, queued } = runtime.stats();
  runtime.log.info("stopping", { reason, open: running + queued });
  const { stopped } = await runtime.shutdown({ deadlineMs: config.drainTimeoutMs });
  if (stopped > 0) runtime.log.warn("calls were stopped at the end of the drain", { stopped });
  return { stopped };
}

/** A client that does not read its last answers must not hold the exit. */
async function within(ms: number, ends: readonly unknown[]): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([Promise.all(ends), late.promise]);
  clearTimeout(timer);
}

async function startHttp(
  config: ServeConfig,
  runtime: Runtime,
  siblings: SiblingOptions | undefined,
  metricsText: MetricsText,
): Promise<HttpServer> {
  const { oauth, allowAnonymous, tls, metrics: place, ...rest } = config;
  const requireKey = needsCredential(config);
  const metrics = place === "on" ? () => metricsResponse(metricsText) : undefined;
  const options = { ...rest, allowAnonymous, requireKey, resource: oauth?.resource, metrics };
  const { clientCaFile } = tls ?? {};
  const server = tls !== undefined && clientCaFile !== undefined
    ? await serveCertifiedHttp(runtime, { ...options, tls: { ...tls, clientCaFile } })
    : serveHttp(runtime, { ...options, siblings, ...(tls !== undefined && { tls }) });
  const { url } = server;
  runtime.log.info("serving HTTP", {
    url,
    mcp: `${url}/mcp`,
    rest: `${url}/v1/tools`,
    tools: runtime.registry.size,
  });
  if (allowAnonymous && !requireKey) {
    runtime.log.warn("anybody who reaches the address can call every tool");
  }
  return server;
}

/** Whoever sets tokens up wants them to be needed, also behind a proxy on this machine. */
function needsCredential({ oauth, state, allowAnonymous }: ServeConfig): boolean {
  return state.requireKey || (oauth !== undefined && !allowAnonymous);
}

/** What gRPC takes is loaded only now. */
async function startGrpc(
  config: ServeConfig,
  { hostname, port, connectionAgeMs }: GrpcConfig,
  runtime: Runtime,
): Promise<GrpcServer> {
  const { allowAnonymous, connectionsPerAddressMax, tls } = config;
  const server = await serveGrpc(runtime, {
    hostname,
    port,
    connectionAgeMs,
    allowAnonymous,
    connectionsPerAddressMax,
    requireKey: needsCredential(config),
    ...(tls !== undefined && { tls }),
  });
  runtime.log.info("serving gRPC", {
    address: server.address,
    tls: tls !== undefined,
    tools: runtime.registry.size,
  });
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
