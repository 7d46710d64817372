/** Metrics on an address of their own, where the flags want them there. */
import type { MetricsText } from "../src/adapters/metrics/metrics.ts";
import { type MetricsServer, serveMetrics } from "../src/adapters/metrics/metrics_server.ts";
import type { Logger } from "../src/base/log.ts";
import type { ServeConfig } from "../src/config/serve_config.ts";

/** @throws {GomcpError} `invalid_request` for an address that cannot be had. */
export function startMetrics(
  { metrics: place }: ServeConfig,
  metrics: MetricsText,
  log: Logger,
): MetricsServer | undefined {
  if (place === undefined || place === "on") return undefined;
  const server = serveMetrics(metrics, place, log);
  log.info("serving metrics", { url: server.url });
  return server;
}
