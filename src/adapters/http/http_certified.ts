/**
 * HTTP by TLS that asks clients for certificates. Deno.serve cannot; node:https does, which
 * speaks HTTP/1.1 and is slower.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import type { CancelTimer } from "../../base/clock.ts";
import { describeThrown, stackOf } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { checkExposure } from "../exposure.ts";
import { listen, type Listener } from "../grpc/listener.ts";
import type { TlsOptions } from "../tls/options.ts";
import { BodyReader } from "./body_reader.ts";
import { createGuard } from "./guard.ts";
import type { HttpOptions, HttpServer } from "./http.ts";
import type { Arriving } from "./incoming.ts";
import { answer, toRequest } from "./node_messages.ts";
import { ResourceMetadata } from "./protected_resource.ts";
import { createRouter, type HttpHandler } from "./router.ts";

/** Where HTTP listens that asks for certificates, and whom it serves. */
export interface CertifiedHttpOptions extends Omit<HttpOptions, "tls" | "siblings"> {
  /** Files of the server's certificate, and of those who sign clients'. */
  readonly tls: TlsOptions & { readonly clientCaFile: string };
}

/** How long the rest of a body that nobody wants may take to come. */
const LINGER_MS = 2_000;

/** What a connection shows of its client. */
type Shown = Pick<Arriving, "address" | "certificate"> & { readonly socket: Socket };

/**
 * Starts to listen as `serveHttp` does, for clients with a certificate only. One whose names belong to a
 * tenant needs no key.
 *
 * @throws {GomcpError} `invalid_request` for a runtime without tenants, files that cannot be used, or an
 * address that cannot be had.
 */
export async function serveCertifiedHttp(
  runtime: Runtime,
  options: CertifiedHttpOptions,
): Promise<HttpServer> {
  const { hostname = "127.0.0.1", port = 8080, allowAnonymous = false } = options;
  const { requestTimeoutMs = LIMITS.requestMsMax } = options;
  checkExposure(runtime, { hostname, port, allowAnonymous, requireKey: true });
  const bodies = new BodyReader(runtime.clock, {
    timeoutMs: requestTimeoutMs,
    onSlow: (client) => (client as Shown).socket.destroy(),
  });
  const router = createRouter(runtime, createGuard({ ...options, hostname }), {
    ...options,
    anonymous: false,
    metadata: options.resource && new ResourceMetadata(options.resource),
    bodies,
  });
  const connections = new HttpConnections(runtime, router, requestTimeoutMs);
  const { clock, log } = runtime;
  const listener = await listen({
    hostname,
    port,
    tls: options.tls,
    protocol: "http/1.1",
    perAddressMax: options.connectionsPerAddressMax ?? LIMITS.connectionsPerAddressMax,
    clock,
    log,
    createSecure: (secure) =>
      createServer(secure, (request, response) => void connections.serve(request, response)),
    onSocket: (socket, { address, certificate }) =>
      connections.open({ socket, address, certificate }),
  });
  return new CertifiedServer(hostname, listener, connections, () => bodies.close());
}

/** A connection, and what goes on on it. */
interface Open {
  readonly who: Shown;
  /** How many requests have no answer yet. */
  requests: number;
  /** Waits for the first request. */
  readonly cancelHead: CancelTimer;
}

class HttpConnections {
  readonly #runtime: Runtime;
  readonly #router: HttpHandler;
  readonly #headTimeoutMs: number;
  readonly #open = new Map<Socket, Open>();
  #isRetiring = false;
  #isDraining = false;

  constructor(runtime: Runtime, router: HttpHandler, headTimeoutMs: number) {
    this.#runtime = runtime;
    this.#router = router;
    this.#headTimeoutMs = headTimeoutMs;
  }

  /** A connection whose TLS is done. One on which no request comes in time is ended. */
  open(who: Shown): void {
    const { socket } = who;
    const cancelHead = this.#runtime.clock.after(this.#headTimeoutMs, () => socket.destroy());
    this.#open.set(socket, { who, requests: 0, cancelHead });
    socket.once("close", () => {
      cancelHead();
      this.#open.delete(socket);
    });
  }

  /** From now on each answer ends its connection. */
  retire(): void {
    this.#isRetiring = true;
  }

  /** Ends the connections on which nothing is asked, now and once that is so. */
  drain(): void {
    this.#isRetiring = true;
    this.#isDraining = true;
    for (const [socket, { requests }] of this.#open) if (requests === 0) socket.destroy();
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { socket } = incoming;
    const open = this.#open.get(socket);
    // Its connection has ended already.
    if (open === undefined) return void socket.destroy();
    open.cancelHead();
    open.requests++;
    outgoing.once("close", () => {
      if (--open.requests === 0 && this.#isDraining) socket.destroy();
    });
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort());
    try {
      const request = toRequest(incoming, gone.signal);
      const response = request === undefined
        ? new Response(null, { status: 400, headers: { connection: "close" } })
        : await this.#router(request, { ...open.who });
      if (!incoming.complete) this.#linger(incoming, request, response);
      if (this.#isRetiring) response.headers.set("connection", "close");
      await answer(response, outgoing, incoming.method === "HEAD");
    } catch (error) {
      const { log } = this.#runtime;
      log.error("internal error", { error: describeThrown(error), stack: stackOf(error) });
      socket.destroy();
    }
  }

  /**
   * A client that is answered while it still sends gets the answer only if it may send on: the rest is
   * read and forgotten, for a while (RFC 9112 section 9.6).
   */
  #linger(incoming: IncomingMessage, request: Request | undefined, response: Response): void {
    const isUnread = request?.body !== null && request?.bodyUsed === false;
    if (!isUnread) return;
    response.headers.delete("connection");
    void request.body!.cancel();
    const cancel = this.#runtime.clock.after(LINGER_MS, () => incoming.socket.destroy());
    incoming.once("end", cancel);
    incoming.once("close", cancel);
  }
}

class CertifiedServer implements HttpServer {
  readonly url: string;
  readonly port: number;
  readonly #listener: Listener;
  readonly #connections: HttpConnections;
  readonly #onClose: () => void;
  #closing: Promise<void> | undefined;

  constructor(
    hostname: string,
    listener: Listener,
    connections: HttpConnections,
    onClose: () => void,
  ) {
    const name = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    this.port = listener.port;
    this.url = `https://${name}:${listener.port}`;
    this.#listener = listener;
    this.#connections = connections;
    this.#onClose = onClose;
  }

  retire(): void {
    this.#connections.retire();
  }

  close({ deadlineMs = 5_000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    return this.#closing ??= this.#close(deadlineMs);
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#listener.close();
    this.#connections.drain();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, deadlineMs);
    await Promise.race([this.#listener.emptied(), late.promise]);
    clearTimeout(timer);
    await this.#listener.destroy();
    this.#onClose();
  }
}
