/** The HTTP server: one port for MCP, REST, health and the description of the API. */
import { describeThrown, GomcpError, stackOf } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { checkExposure } from "../exposure.ts";
import { BodyReader } from "./body_reader.ts";
import { ConnectionGuard } from "./connection_guard.ts";
import { createGuard, type GuardOptions } from "./guard.ts";
import { linuxSockets } from "./linux_sockets.ts";
import { type ProtectedResource, ResourceMetadata } from "./protected_resource.ts";
import { problemResponse } from "./respond.ts";
import { createRouter } from "./router.ts";
import type { TlsMaterial, TlsOptions } from "../tls/options.ts";
import { readTls, watchTls } from "../tls/tls_files.ts";
import { type SiblingOptions, Siblings } from "./siblings.ts";
import { type Opener, TlsServers } from "./tls_servers.ts";

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
  /** Where clients get the tokens that the runtime's tenants take. @default nothing is said of tokens */
  readonly resource?: ProtectedResource | undefined;
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
   * Serves by TLS, HTTP/2 included; the files are read again when they change. Clients' certificates
   * are not asked for: `serveCertifiedHttp` does. @default plain text
   */
  readonly tls?: Pick<TlsOptions, "certFile" | "keyFile">;
  /** What `GET /metrics` gives, to whoever asks. @default there is no such path */
  readonly metrics?: (() => Promise<Response>) | undefined;
  /**
   * Listens together with other processes, among which the system divides new connections; they pass
   * on to each other what belongs to a session of one of them. Bounds of connections hold for each
   * process. @default listens alone
   */
  readonly siblings?: SiblingOptions | undefined;
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
  checkExposure(runtime, { hostname, port, allowAnonymous, requireKey });
  const bodies = new BodyReader(runtime.clock, {
    timeoutMs: options.requestTimeoutMs,
    onSlow: (client) => connections?.doom((client as Connection).remote),
  });
  const siblings = options.siblings && new Siblings(options.siblings);
  const router = createRouter(runtime, createGuard({ ...options, hostname }), {
    ...options,
    anonymous: !requireKey,
    metadata: options.resource && new ResourceMetadata(options.resource),
    sessionPrefix: siblings?.sessionPrefix,
    bodies,
  });
  siblings?.listen((request, hostname) => {
    return router(request, new Connection({ transport: "tcp", hostname, port: 0 }));
  });
  const handler: Deno.ServeHandler<Deno.NetAddr> = (request, { remoteAddr }) => {
    connections?.note(remoteAddr.port);
    const client = new Connection(remoteAddr);
    const owner = siblings?.ownerOf(request);
    const response = owner === undefined
      ? router(request, client)
      : siblings!.forward(request, owner, client);
    return retiring ? lastOf(response) : response;
  };
  let retiring = false;
  const server = open(runtime, hostname.replace(/^\[|\]$/g, ""), port, options, handler);
  const connections = guardConnections(runtime, server.port, options);
  const retire = () => void (retiring = true);
  const scheme = options.tls === undefined ? "http" : "https";
  const listening: Listening = {
    port: server.port,
    shutdown: async () => void await Promise.all([server.shutdown(), siblings?.close()]),
  };
  return wrap(listening, scheme, hostname, retire, () => {
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
  const connections = linuxSockets({ ownOnly: options.siblings !== undefined });
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

/** What listens, whatever it is made of. */
interface Listening {
  readonly port: number;
  shutdown(): Promise<void>;
}

function open(
  runtime: Runtime,
  hostname: string,
  port: number,
  { tls, siblings }: HttpOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Listening {
  const serve: Opener = (at, more) =>
    listen({ hostname, port: at, reusePort: siblings !== undefined, ...more }, handler, runtime);
  if (tls === undefined) {
    const server = serve(port);
    return { port: server.addr.port, shutdown: () => server.shutdown() };
  }
  const { clock, log } = runtime;
  const material = readTls(tls);
  // Where several may listen, nobody is told that somebody does.
  if (port !== 0 && siblings === undefined) probe(hostname, port);
  const servers = new TlsServers(serve, port, material);
  const onChange = (renewed: TlsMaterial) => servers.renew(renewed);
  const stopWatching = watchTls(tls, material, { clock, log, onChange });
  return {
    port: servers.port,
    shutdown: () => {
      stopWatching();
      return servers.shutdown();
    },
  };
}

/** Throws where somebody else listens. */
function probe(hostname: string, port: number): void {
  try {
    Deno.listen({ hostname, port }).close();
  } catch (cause) {
    throw unavailable(hostname, port, cause);
  }
}

interface Listen {
  readonly hostname: string;
  readonly port: number;
  readonly reusePort: boolean;
}

function listen(
  address: Listen & { readonly cert?: string; readonly key?: string },
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
    throw unavailable(address.hostname, address.port, cause);
  }
}

function unavailable(hostname: string, port: number, cause: unknown): GomcpError {
  const text = `Cannot listen on ${hostname}:${port}: ${describeThrown(cause)}`;
  return new GomcpError("invalid_request", text, { cause });
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
  server: Listening,
  scheme: "http" | "https",
  hostname: string,
  retire: () => void,
  onClose: () => void,
): HttpServer {
  const { port } = server;
  const name = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
  let closing: Promise<void> | undefined;
  return {
    url: `${scheme}://${name}:${port}`,
    port,
    retire,
    close: ({ deadlineMs = 5_000 } = {}) =>
      closing ??= closeWithin(server, deadlineMs).finally(onClose),
  };
}

/** Deno waits for unread answers for ever; a client that does not read must not hold the exit. */
async function closeWithin(server: Listening, deadlineMs: number): Promise<void> {
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(deadline.resolve, deadlineMs);
  await Promise.race([server.shutdown(), deadline.promise]);
  clearTimeout(timer);
}
