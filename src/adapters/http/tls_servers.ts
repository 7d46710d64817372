/**
 * HTTP by TLS whose certificate can be renewed. Deno.serve cannot change it, so a new server takes over
 * the port; the old one takes no more connections and ends when its requests have.
 */
import type { TlsMaterial } from "../tls/options.ts";

/** Opens a server; with TLS on a port that others may have, too. */
export type Opener = (
  port: number,
  tls?: { readonly cert: string; readonly key: string; readonly reusePort: true },
) => Deno.HttpServer<Deno.NetAddr>;

export class TlsServers {
  readonly port: number;
  readonly #open: Opener;
  readonly #servers = new Set<Deno.HttpServer>();
  #current: Deno.HttpServer;
  #isClosed = false;

  constructor(open: Opener, port: number, tls: TlsMaterial) {
    this.#open = open;
    const first = this.#start(port, tls);
    this.#current = first;
    this.port = first.addr.port;
  }

  /** Serves new connections by this certificate; those that are open go on by the old one. */
  renew(tls: TlsMaterial): void {
    if (this.#isClosed) return;
    const old = this.#current;
    this.#current = this.#start(this.port, tls);
    old.shutdown().then(() => this.#servers.delete(old), () => this.#servers.delete(old));
  }

  /** Takes no more connections; resolves when all requests have ended. */
  async shutdown(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#servers].map((server) => server.shutdown()));
  }

  #start(port: number, { cert, key }: TlsMaterial): Deno.HttpServer<Deno.NetAddr> {
    const server = this.#open(port, { cert, key, reusePort: true });
    this.#servers.add(server);
    return server;
  }
}
