/** Serves gRPC: `gomcp.v1.ToolService` and `McpService`, health and reflection. */
import { GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { checkExposure } from "../exposure.ts";
import type { GrpcOptions, GrpcServer } from "./options.ts";

export type { GrpcOptions, GrpcServer } from "./options.ts";

/**
 * Starts to listen. What it takes is loaded now: a program that does not call it does not pay.
 *
 * @example
 * ```ts
 * import { createRuntime, defineTool, serveGrpc } from "gomcp";
 *
 * const hi = defineTool({ name: "hi", description: "Says hi.", handler: () => "hi" });
 * const runtime = createRuntime({ tools: [hi] });
 * const server = await serveGrpc(runtime, { port: 0 });
 * if (server.address !== `127.0.0.1:${server.port}`) throw new Error();
 * await runtime.shutdown();
 * await server.close();
 * ```
 *
 * @throws {GomcpError} `forbidden` for an address beyond loopback without `allowAnonymous`
 * or `requireKey`, `invalid_request` for one that cannot be had, or files that cannot be used.
 */
export async function serveGrpc(runtime: Runtime, options: GrpcOptions = {}): Promise<GrpcServer> {
  const { hostname = "127.0.0.1", port = 50_051, allowAnonymous = false, tls } = options;
  const requireKey = options.requireKey === true || tls?.clientCaFile !== undefined;
  checkExposure(runtime, { hostname, port, allowAnonymous, requireKey });
  const { connectionAgeMs = LIMITS.grpcConnectionAgeMs } = options;
  if (!(connectionAgeMs >= 1 && connectionAgeMs <= LIMITS.timeoutMsMax)) {
    const text = `Cannot serve gRPC: connectionAgeMs is ${connectionAgeMs}, expected 1 to ` +
      LIMITS.timeoutMsMax;
    throw new GomcpError("invalid_request", text);
  }
  const { startServer } = await import("./server.ts");
  return await startServer(runtime, {
    hostname,
    port,
    requireKey,
    tls,
    perAddressMax: options.connectionsPerAddressMax ?? LIMITS.connectionsPerAddressMax,
    connectionAgeMs,
  });
}
