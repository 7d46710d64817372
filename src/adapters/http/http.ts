/** The HTTP server: one port for MCP, REST, health and the description of the API. */
import { describeThrown, GomcpError, stackOf } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { BodyReader } from "./body_reader.ts";
import { ConnectionGuard } from "./connection_guard.ts";
import { createGuard, type GuardOptions, isLoopback } from "./guard.ts";
import { linuxSockets } from "./linux_sockets.ts";
import { problemResponse } from "./respond.ts";
import { createRouter } from "./router.ts";

/** Where HTTP listens, and whom it serves. */
export interface HttpOptions extends Omit<GuardOptions, "hostname"> {
  /** Address or name to listen on. @default "127.0.0.1" */
  readonly hostname?: string;
  /** 0 takes any free port. @default 8080 */
  readonly port?: number;
  /**
   * Lets anybody who can reach the address call every tool. Without it, only loopback
   * addresses are served.
   */
  readonly allowAnonymous?: boolean;
  /**
   * Serves nobody without a credential: an API key of a tenant, or a token. Then other addresses
   * than loopback are served, too. Needs a runtime with tenants. @default false
   */
  readonly requireKey?: boolean;
  /** Serves the HTTP+SSE transport of revision 2024-11-05 as well, at /sse. @default false */
  readonly legacySse?: boolean;
  /** How long the head and the body of a request may each take to come, in milliseconds. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /**
   * Connections that one address may have; the newest above are ended. Held to on Linux only, with
   * the permissions `ffi` and `read`. @default 1_000
   */
  readonly connectionsPerAddressMax?: number;
  /**
   * Listens together with other processes, among which the system divides new connections. Clients
   * of the handshake revisions are refused then: their sessions live in one process. Bounds of
   * connections hold for each process. @default false
   */
  readonly sharePort?: boolean;
}

/** A server that listens. */
export interface HttpServer {
  /** Such as "http://127.0.0.1:8080". */
  readonly url: string;
  /** The port that it listens on. */
  readonly port: number;
  /** From now on each answer over HTTP/1 ends its connection, so that clients turn to others. */
  retire(): void;
  /**
   * Closes the port; waits up to `deadlineMs` for the answers that are on their way.
   * Calling it again waits for the same end.
   */
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}

/**
 * Starts to listen.
 *
 * @example
 * ```ts
 * import { createRuntime, defineTool, serveHttp } from "gomcp";
 *
 * const hi = defineTool({ name: "hi", description: "Says hi.", handler: () => "hi" });
 * const runtime = createRuntime({ tools: [hi] });
 * const server = await serveHttp(runtime, { port: 0 });
 * const answer = await fetch(`${server.url}/v1/tools/call`, {
 *   method: "POST",
 *   body: JSON.stringify({ tool: "hi" }),
 * });
 * if ((await answer.json()).content[0].text !== "hi") throw new Error();
 * await runtime.shutdown();
 * await server.close();
 * ```
 *
 * @throws {GomcpError} `forbidden` for an address beyond loopback without `allowAnonymous`
 * or `requireKey`, `invalid_request` for one that cannot be had.
 */
export function serveHttp(runtime: Runtime, options: HttpOptions = {}): HttpServer {
  const { hostname = "127.0.0.1", port = 8080, allowAnonymous = false, requireKey = false } =
    options;
  if (requireKey && runtime.authenticate === undefined) {
    const text =
      "Cannot require keys: the runtime has no tenants, expected createRuntime({ tenants })";
    throw new GomcpError("invalid_request", text);
  }
  if (!isLoopback(hostname) && !allowAnonymous && !requireKey) {
    throw new GomcpError(
      "forbidden",
      `Cannot listen on ${hostname}:${port}: anybody who reaches it could call every tool, ` +
        "expected a loopback address such as 127.0.0.1, --require-key, or --allow-anonymous",
    );
  }
  const bodies = new BodyReader(runtime.clock, {
    timeoutMs: options.requestTimeoutMs,
    onSlow: (client) => connections?.doom((client as Connection).remote),
  });
  const router = createRouter(runtime, createGuard({ ...options, hostname }), {
    ...options,
    anonymous: !requireKey,
    sessions: options.sharePort !== true,
    bodies,
  });
  const handler: Deno.ServeHandler<Deno.NetAddr> = (request, { remoteAddr }) => {
    connections?.note(remoteAddr.port);
    const response = router(request, new Connection(remoteAddr));
    return retiring ? lastOf(response) : response;
  };
  let retiring = false;
  const address = {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port,
    reusePort: options.sharePort === true,
  };
  const server = listen(address, handler, runtime);
  const connections = guardConnections(runtime, server.addr.port, options);
  const retire = () => void (retiring = true);
  return wrap(server, hostname, retire, () => {
    connections?.close();
    bodies.close();
  });
}

/** The last answer on its connection (RFC 9112 section 9.6). */
async function lastOf(response: Response | Promise<Response>): Promise<Response> {
  const last = await response;
  last.headers.set("connection", "close");
  return last;
}

/** What a connection shows of its client, and a request proves. */
class Connection implements ClientInfo {
  readonly remote: Deno.NetAddr;
  access: Access | undefined = undefined;

  constructor(remote: Deno.NetAddr) {
    this.remote = remote;
  }

  get address(): string {
    return this.remote.hostname;
  }
}

function guardConnections(
  { clock, log }: Runtime,
  port: number,
  options: HttpOptions,
): ConnectionGuard | undefined {
  const connections = linuxSockets({ ownOnly: options.sharePort === true });
  if (connections === undefined) {
    log.debug("connections are not counted: that takes Linux, and the permissions ffi and read");
    return undefined;
  }
  return new ConnectionGuard({
    connections,
    clock,
    log,
    port,
    perAddressMax: options.connectionsPerAddressMax ?? LIMITS.connectionsPerAddressMax,
    headTimeoutMs: options.requestTimeoutMs ?? LIMITS.requestMsMax,
  });
}

function listen(
  address: { hostname: string; port: number; reusePort: boolean },
  handler: Deno.ServeHandler<Deno.NetAddr>,
  runtime: Runtime,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      ...address,
      onListen: () => {},
      onError: (error) => onFault(runtime, error),
    }, handler);
  } catch (cause) {
    const where = `${address.hostname}:${address.port}`;
    throw new GomcpError("invalid_request", `Cannot listen on ${where}: ${describeThrown(cause)}`, {
      cause,
    });
  }
}

function onFault(runtime: Runtime, error: unknown): Response {
  const incident = crypto.randomUUID();
  runtime.log.error("internal error", {
    incident,
    error: describeThrown(error),
    stack: stackOf(error),
  });
  const detail = `Internal error; the server's log has it as ${incident}`;
  return problemResponse({ code: "internal", detail, incident });
}

function wrap(
  server: Deno.HttpServer<Deno.NetAddr>,
  hostname: string,
  retire: () => void,
  onClose: () => void,
): HttpServer {
  const { port } = server.addr;
  const name = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${name}:${port}`,
    port,
    retire,
    close: ({ deadlineMs = 5_000 } = {}) =>
      closing ??= closeWithin(server, deadlineMs).finally(onClose),
  };
}

/** Deno waits for unread answers for ever; a client that does not read must not hold the exit. */
async function closeWithin(server: Deno.HttpServer, deadlineMs: number): Promise<void> {
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(deadline.resolve, deadlineMs);
  await Promise.race([server.shutdown(), deadline.promise]);
  clearTimeout(timer);
}
