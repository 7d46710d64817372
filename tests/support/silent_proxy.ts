/** A proxy in front of a server that lets connections die without a word, as some networks do. */

interface Relayed {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  /** What the client has sent so far, in lower case. */
  sent: string;
  isDropped: boolean;
}

export class SilentProxy implements AsyncDisposable {
  readonly #target: number;
  readonly #open = new Set<Relayed>();
  readonly #relays = new Set<Promise<unknown>>();
  #listener: Deno.TcpListener;
  readonly #port: number;
  #accepting: Promise<void>;

  private constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#port = this.#listener.addr.port;
    this.#accepting = this.#accept(this.#listener);
  }

  /** Stands in front of a port of loopback. */
  static to(target: number): SilentProxy {
    return new SilentProxy(target);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Passes nothing on any more of connections that have sent `word`; gives how many there are. */
  drop(word: string): number {
    const found = [...this.#open].filter(({ sent }) => sent.includes(word));
    for (const each of found) each.isDropped = true;
    return found.length;
  }

  /** Ends all connections and takes no more. */
  async refuseAll(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const { client, server } of this.#open) for (const each of [client, server]) end(each);
    await Promise.all(this.#relays);
  }

  takeAgain(): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    this.#accepting = this.#accept(this.#listener);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for await (const client of listener) {
      const relay = this.#relay(client).finally(() => this.#relays.delete(relay));
      this.#relays.add(relay);
    }
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    const relayed: Relayed = { client, server, sent: "", isDropped: false };
    this.#open.add(relayed);
    await Promise.all([pass(relayed, client, server), pass(relayed, server, client)]);
    this.#open.delete(relayed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuseAll();
  }
}

async function pass(relayed: Relayed, from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const part = new Uint8Array(16_384);
  try {
    for (;;) {
      const length = await from.read(part);
      if (length === null) break;
      const bytes = part.subarray(0, length);
      if (from === relayed.client) {
        relayed.sent = (relayed.sent + new TextDecoder().decode(bytes).toLowerCase()).slice(-4_000);
      }
      for (let at = 0; at < length && !relayed.isDropped;) at += await to.write(bytes.subarray(at));
    }
  } catch {
    // One side is gone, and the other one follows.
  }
  end(from);
  end(to);
}

function end(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It has ended.
  }
}
