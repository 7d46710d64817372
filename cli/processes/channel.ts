/** What a server and its listener processes say to each other: lines of JSON on a Unix socket. */

/** What a listener process says. */
export type FromListener =
  | { readonly kind: "hello"; readonly id: string }
  /** It listens. */
  | { readonly kind: "ready"; readonly port: number }
  /** Its last word: how many calls were stopped at the end of its drain. */
  | { readonly kind: "stopped"; readonly stopped: number };

/** What it is told. */
export type ToListener =
  | Orders
  /** To end as at SIGTERM. */
  | { readonly kind: "stop" }
  /** To end because another has taken its place; `tell` when what is served has changed. */
  | { readonly kind: "retire"; readonly tell: boolean };

/** The first that it is told. */
export interface Orders {
  readonly kind: "orders";
  /** 0 takes any free one. */
  readonly port: number;
  /** From 1, no two at a time: tells the files and sessions of processes apart. */
  readonly place: number;
  readonly adminSocket: string;
  /** The key of what calls take along between rounds, in base64. */
  readonly stateKey: string;
}

/** Where a listener process finds its server, and as whom: only in its environment. */
export const LISTENER_VARIABLE = "GOMCP_LISTENER";

/** Lines are short; one that is not is no line of ours. */
const LINE_CHARS_MAX = 64 * 1024;

export class Channel<In, Out> {
  readonly #connection: Deno.Conn;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#writer = connection.writable.getWriter();
  }

  /** Resolves false when the other side has gone. */
  async send(message: Out): Promise<boolean> {
    try {
      await this.#writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
      return true;
    } catch {
      return false;
    }
  }

  /** Gives what comes, until the other side goes. */
  async *messages(): AsyncGenerator<In> {
    let rest = "";
    try {
      for await (const text of this.#connection.readable.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        if (rest.length > LINE_CHARS_MAX) return;
        for (const line of lines) yield JSON.parse(line) as In;
      }
    } catch {
      // The other side was killed.
    }
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // The other side has closed it.
    }
  }
}
