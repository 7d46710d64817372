/** `gomcp serve`: loads the tools, starts the adapters, and stops them in order. */
import { systemClock } from "../src/base/clock.ts";
import { createLogger, type Logger } from "../src/base/log.ts";
import { type HttpServer, serveHttp } from "../src/adapters/http/http.ts";
import type { ByteWriter } from "../src/adapters/stdio/output.ts";
import { serveStdio, type StdioEnd } from "../src/adapters/stdio/stdio.ts";
import { envName, flagHelp, originOf, readFlags } from "../src/config/flags.ts";
import { readServeConfig, SERVE_FLAGS, type ServeConfig } from "../src/config/serve_config.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { gatherFeatures } from "./gather_features.ts";
import { takeStdout } from "./guard_stdout.ts";
import { onStopSignal } from "./signals.ts";
import { surviveStrays } from "./stray_errors.ts";
import { StderrSink } from "./stderr_sink.ts";

const CLOSE_MS = 5_000;
const LOG_FLUSH_MS = 1_000;

export async function run(args: readonly string[]): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const values = readFlags(SERVE_FLAGS, args, env);
  if (values.help === true) {
    console.log(helpText());
    return 0;
  }
  const config = readServeConfig(values, originOf(SERVE_FLAGS, args, env));
  const sink = new StderrSink();
  const log = createLogger({
    level: config.logLevel,
    format: config.logFormat,
    clock: systemClock,
    write: sink.write,
  });
  try {
    await serve(config, log);
  } finally {
    await sink.flush(LOG_FLUSH_MS);
  }
  return 0;
}

async function serve(config: ServeConfig, log: Logger): Promise<void> {
  const signal = onStopSignal();
  surviveStrays(log);
  // Before any tool module is loaded: it may print while it loads.
  const stdout = config.mode === "http" ? undefined : takeStdout();
  const features = await Promise.race([gatherFeatures(config, log), signal]);
  if (typeof features === "string") return log.info("stopped while loading", { reason: features });
  const runtime = createRuntime({
    ...features,
    defaultTimeoutMs: config.timeoutMs,
    maxWorkers: config.maxWorkers,
    queueMax: config.queueMax,
    log,
  });
  const http = config.mode === "stdio" ? undefined : startHttp(config, runtime);
  const endStdio = new AbortController();
  const stdio = stdout && startStdio(config, runtime, stdout, endStdio.signal);
  // The end of the input ends a server that has nothing but its input.
  const reason = await (stdio && !http ? Promise.race([signal, stdio]) : signal);
  await drain(config, runtime, reason);
  endStdio.abort();
  await within(CLOSE_MS, [stdio, http?.close({ deadlineMs: CLOSE_MS })]);
  log.info("stopped");
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
  const { hostname, port, allowHosts, allowOrigins, allowAnonymous } = config;
  const server = serveHttp(runtime, { hostname, port, allowHosts, allowOrigins, allowAnonymous });
  const { url } = server;
  runtime.log.info("serving HTTP", {
    url,
    mcp: `${url}/mcp`,
    rest: `${url}/v1/tools`,
    tools: runtime.registry.size,
  });
  if (allowAnonymous) runtime.log.warn("anybody who reaches the address can call every tool");
  return server;
}

async function startStdio(
  config: ServeConfig,
  runtime: Runtime,
  output: ByteWriter,
  signal: AbortSignal,
): Promise<StdioEnd> {
  runtime.log.info("serving stdio", { tools: runtime.registry.size });
  const { drainTimeoutMs } = config;
  const end = await serveStdio(runtime, { input: Deno.stdin, output, signal, drainTimeoutMs });
  runtime.log.info("stdio ended", { reason: end });
  return end;
}

function helpText(): string {
  return `Usage: gomcp serve [FLAGS]

Serves tools until SIGTERM or SIGINT (the second one ends it at once); with
--mode=stdio until the end of its input.

${flagHelp(SERVE_FLAGS)}

Every flag but the --allow ones can be set in the environment: ${
    envName(SERVE_FLAGS[1]!)
  } for --addr.`;
}
