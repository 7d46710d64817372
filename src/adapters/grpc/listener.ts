/**
 * The port of gRPC, and of HTTP that asks for clients' certificates: plain or TLS sockets, counted by
 * address, handed to what speaks the protocol.
 *
 * grpc-js' own TLS does not work on a Deno server, and Deno.serve asks for no certificates, so node:tls
 * (or node:https) does it; which also lets certificates be renewed while connections live on.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TlsOptions as TlsServerOptions,
  type TLSSocket,
} from "node:tls";
import type { Clock } from "../../base/clock.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import { type ClientCertificate, clientCertificate } from "../tls/client_certificate.ts";
import type { TlsMaterial, TlsOptions } from "../tls/options.ts";
import { readTls, watchTls } from "../tls/tls_files.ts";
import { Connection } from "./connection.ts";

export interface ListenerOptions {
  readonly hostname: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  /** What clients must have chosen by ALPN (RFC 7301); one that says nothing has chosen HTTP/1.1. */
  readonly protocol: "h2" | "http/1.1";
  readonly perAddressMax: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes the server of TLS. @default one of node:tls, which speaks no protocol by itself */
  readonly createSecure?: (options: TlsServerOptions) => TlsServer;
  /** Takes each connection once it may speak. */
  readonly onSocket: (socket: Socket, connection: Connection) => void;
}

export interface Listener {
  readonly port: number;
  /** The connection of a call, by `getPeer()` of grpc-js. */
  connectionOf(peer: string): Connection | undefined;
  /** Takes no more connections; those that are open stay. May be called twice. */
  close(): void;
  /** Resolves when there is no connection (any more). */
  emptied(): Promise<void>;
  /** Ends all connections at once; resolves when they have ended. */
  destroy(): Promise<void>;
}

/** @throws {GomcpError} `invalid_request` for an address that cannot be had, or bad files of TLS. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { tls, clock, log } = options;
  const connections = new Connections(options);
  if (tls === undefined) {
    const server = createServer((socket) => connections.open(socket, undefined));
    return await start(server, connections, options, () => {});
  }
  const material = readTls(tls);
  const server = (options.createSecure ?? createTlsServer)({
    ...contextOf(material),
    requestCert: tls.clientCaFile !== undefined,
    rejectUnauthorized: tls.clientCaFile !== undefined,
    ALPNProtocols: [options.protocol],
    minVersion: "TLSv1.2",
    handshakeTimeout: LIMITS.tlsHandshakeMs,
  });
  server.on("secureConnection", (socket: TLSSocket) => connections.secure(socket, tls));
  server.on("tlsClientError", (error) => {
    log.debug("TLS handshake failed", { error: describeThrown(error) });
  });
  const onChange = (renewed: TlsMaterial) =>
    (server as TlsServer).setSecureContext(contextOf(renewed));
  return await start(
    server,
    connections,
    options,
    watchTls(tls, material, { clock, log, onChange }),
  );
}

function contextOf({ cert, key, ca }: TlsMaterial) {
  return { cert, key, ...(ca !== undefined && { ca }) };
}

async function start(
  server: Server,
  connections: Connections,
  { hostname, port }: ListenerOptions,
  onClose: () => void,
): Promise<Listener> {
  const host = hostname.replace(/^\[|\]$/g, "");
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, resolve);
    });
  } catch (cause) {
    onClose();
    const text = `Cannot listen on ${hostname}:${port}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
  server.on("connection", (socket: Socket) => connections.count(socket));
  let closed = false;
  return {
    port: (server.address() as AddressInfo).port,
    connectionOf: (peer) => connections.of(peer),
    emptied: () => connections.emptied(),
    destroy: () => connections.destroy(),
    close: () => {
      if (closed) return;
      closed = true;
      onClose();
      server.close();
    },
  };
}

class Connections {
  readonly #options: ListenerOptions;
  readonly #byPeer = new Map<string, Connection>();
  readonly #counts = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  #emptied: PromiseWithResolvers<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  of(peer: string): Connection | undefined {
    return this.#byPeer.get(peer);
  }

  emptied(): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve();
    this.#emptied ??= Promise.withResolvers();
    return this.#emptied.promise;
  }

  destroy(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return this.emptied();
  }

  /** One more of its address; the newest above the bound are ended. */
  count(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    socket.once("close", () => {
      const left = this.#counts.get(address)! - 1;
      if (left === 0) this.#counts.delete(address);
      else this.#counts.set(address, left);
    });
    if (count <= this.#options.perAddressMax) return;
    this.#options.log.debug("too many connections of one address", { address });
    socket.destroy();
  }

  secure(socket: TLSSocket, tls: TlsOptions): void {
    // A client that speaks something else could only be told so in a protocol that it does not know.
    const spoken = socket.alpnProtocol || "http/1.1";
    if (spoken !== this.#options.protocol) return void socket.destroy();
    const der = tls.clientCaFile === undefined ? undefined : socket.getPeerCertificate()?.raw;
    this.open(socket, der && clientCertificate(der, tls));
  }

  open(socket: Socket, certificate: ClientCertificate | undefined): void {
    const { clock, log, onSocket } = this.#options;
    const { remoteAddress, remotePort } = socket;
    const peer = `${remoteAddress}:${remotePort}`;
    const connection = new Connection({
      clock,
      log,
      address: remoteAddress?.replace(/^::ffff:(?=\d+\.)/, ""),
      certificate,
      bytesWritten: () => socket.bytesWritten,
      destroy: () => socket.destroy(),
    });
    this.#byPeer.set(peer, connection);
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#emptied?.resolve();
      connection.close();
      if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer);
    });
    // A connection that breaks is none of the server's failures.
    socket.on("error", () => {});
    socket.setNoDelay(true);
    onSocket(socket, connection);
  }
}
