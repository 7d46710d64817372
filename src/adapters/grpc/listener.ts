/**
 * The port of gRPC: plain or TLS sockets, counted by address, handed to grpc-js.
 *
 * grpc-js' own TLS does not work on a Deno server, so node:tls does it; which also lets certificates
 * be renewed while connections live on.
 */
import { X509Certificate } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from "node:tls";
import type { Clock } from "../../base/clock.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import { certificateNames } from "../tls/certificate_names.ts";
import type { TlsMaterial, TlsOptions } from "../tls/options.ts";
import { readTls, watchTls } from "../tls/tls_files.ts";
import { type ClientCertificate, Connection } from "./connection.ts";

export interface ListenerOptions {
  readonly hostname: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly perAddressMax: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes each connection once it may speak HTTP/2. */
  readonly onSocket: (socket: Socket) => void;
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
  const server = createTlsServer({
    ...contextOf(material),
    requestCert: tls.clientCaFile !== undefined,
    rejectUnauthorized: tls.clientCaFile !== undefined,
    ALPNProtocols: ["h2"],
    minVersion: "TLSv1.2",
    handshakeTimeout: LIMITS.tlsHandshakeMs,
  }, (socket) => connections.secure(socket, tls));
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
    this.#options.log.debug("too many gRPC connections of one address", { address });
    socket.destroy();
  }

  secure(socket: TLSSocket, tls: TlsOptions): void {
    // A client that speaks something else would only be told so in HTTP/2.
    if (socket.alpnProtocol !== "h2") return void socket.destroy();
    const der = tls.clientCaFile === undefined ? undefined : socket.getPeerCertificate()?.raw;
    this.open(socket, der && certificateOf(der, tls));
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
    onSocket(socket);
  }
}

function certificateOf(der: Uint8Array, { tenants }: TlsOptions): ClientCertificate {
  const print = new X509Certificate(der).fingerprint256.replaceAll(":", "").toLowerCase();
  const names = [...certificateNames(der), `SHA256:${print}`];
  const mapped = names.filter((name) => tenants?.has(name) === true);
  const found = new Set(mapped.map((name) => tenants!.get(name)!));
  // One that is good for two tenants is good for none: nobody can say whose the call is.
  const [tenant] = found.size === 1 ? found : [];
  return { names, grant: tenant === undefined ? undefined : { tenant, name: mapped[0]! } };
}
