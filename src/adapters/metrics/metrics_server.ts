/** Metrics on an address of their own, for whoever watches the server. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { createGuard } from "../http/guard.ts";
import { metricsResponse, type MetricsText } from "./metrics.ts";

export interface MetricsServer {
  /** Such as "http://127.0.0.1:9464/metrics". */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` and nothing else. Names of hosts are checked as on the other ports, so that
 * no web page reads it by a name of its own.
 *
 * @throws {GomcpError} `invalid_request` for an address that cannot be had.
 */
export function serveMetrics(
  metrics: MetricsText,
  address: { readonly hostname: string; readonly port: number },
  log: Logger,
): MetricsServer {
  const guard = createGuard(address);
  const server = listen(address, (request) => {
    const refusal = guard(request.headers.get("host"), request.headers.get("origin"));
    if (refusal !== undefined) return plain(403, `Cannot serve request: ${refusal}`);
    if (new URL(request.url).pathname !== "/metrics") return plain(404, "There is only /metrics");
    if (request.method !== "GET") return plain(405, "Expected GET", { allow: "GET" });
    return metricsResponse(metrics);
  }, log);
  const { hostname } = address;
  return {
    url: `http://${hostname}:${server.addr.port}/metrics`,
    close: () => server.shutdown(),
  };
}

function listen(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  handler: (request: Request) => Response | Promise<Response>,
  log: Logger,
): Deno.HttpServer<Deno.NetAddr> {
  const bare = hostname.replace(/^\[|\]$/g, "");
  const onError = (error: unknown) => {
    log.error("metrics could not be had", { error: describeThrown(error) });
    return plain(500, "Internal Server Error");
  };
  try {
    return Deno.serve({ hostname: bare, port, onListen: () => {}, onError }, handler);
  } catch (cause) {
    const text = `Cannot listen on ${hostname}:${port} for metrics: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

function plain(status: number, text: string, headers: HeadersInit = {}): Response {
  return new Response(text + "\n", { status, headers });
}
