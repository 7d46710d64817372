/** One HTTP/2 connection by hand (RFC 9113), since clients do not show the frames that come. */
import { Feed } from "./feed.ts";

export interface Frame {
  /** See `FRAME`. */
  readonly type: number;
  readonly stream: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** Types of frames. */
export const FRAME = { data: 0, headers: 1, settings: 4, ping: 6, goaway: 7 } as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;

export class H2Connection implements Disposable {
  readonly frames = new Feed<Frame>();
  readonly #connection: Deno.TlsConn;
  readonly #authority: string;

  private constructor(connection: Deno.TlsConn, authority: string) {
    this.#connection = connection;
    this.#authority = authority;
    this.#read();
  }

  static async open(port: number, caCert: string): Promise<H2Connection> {
    const options = { hostname: "127.0.0.1", port, caCerts: [caCert], alpnProtocols: ["h2"] };
    const connection = await Deno.connectTls(options);
    const { alpnProtocol } = await connection.handshake();
    if (alpnProtocol !== "h2") throw new Error(`the server speaks ${alpnProtocol}`);
    const opened = new H2Connection(connection, `127.0.0.1:${port}`);
    await opened.#write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    await opened.#send(FRAME.settings, 0, 0, new Uint8Array());
    return opened;
  }

  /** Sends a request whole; `stream` is odd, and larger than those before. */
  async post(stream: number, path: string, body: unknown): Promise<void> {
    const fields = [
      [":method", "POST"],
      [":scheme", "https"],
      [":authority", this.#authority],
      [":path", path],
      ["content-type", "application/json"],
    ] as const;
    // Literal fields that are not indexed, with new names (RFC 7541 section 6.2.2).
    const block = fields.flatMap(([name, value]) => [0, ...text(name), ...text(value)]);
    await this.#send(FRAME.headers, END_HEADERS, stream, Uint8Array.from(block));
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    await this.#send(FRAME.data, END_STREAM, stream, bytes);
  }

  /** The body of the answer to a request, once it is whole. */
  async body(stream: number): Promise<string> {
    await this.frames.find(
      (frame) => frame.stream === stream && (frame.flags & END_STREAM) !== 0 && isOfAnswer(frame),
      `the answer on stream ${stream}`,
    );
    const data = this.frames.items.filter((frame) => {
      return frame.stream === stream && frame.type === FRAME.data;
    });
    return data.map(({ payload }) => new TextDecoder().decode(payload)).join("");
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // The server was first.
    }
  }

  async #read(): Promise<void> {
    let rest = new Uint8Array();
    try {
      for await (const bytes of this.#connection.readable) {
        rest = Uint8Array.from([...rest, ...bytes]);
        while (rest.length >= 9) {
          const view = new DataView(rest.buffer);
          const length = view.getUint32(0) >>> 8;
          if (rest.length < 9 + length) break;
          const payload = rest.slice(9, 9 + length);
          const [type, flags, stream] = [view.getUint8(3), view.getUint8(4), view.getUint32(5)];
          rest = rest.slice(9 + length);
          if (type === FRAME.settings && flags !== ACK) {
            await this.#send(type, ACK, 0, new Uint8Array());
          }
          if (type === FRAME.ping && flags !== ACK) await this.#send(type, ACK, 0, payload);
          this.frames.push({ type, flags, stream, payload });
        }
      }
    } catch {
      // The server, or the test, has closed it.
    }
    this.frames.end();
  }

  #send(type: number, flags: number, stream: number, payload: Uint8Array): Promise<void> {
    const frame = new Uint8Array(9 + payload.length);
    const view = new DataView(frame.buffer);
    view.setUint32(0, payload.length << 8);
    view.setUint8(3, type);
    view.setUint8(4, flags);
    view.setUint32(5, stream);
    frame.set(payload, 9);
    return this.#write(frame);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }
}

function isOfAnswer({ type }: Frame): boolean {
  return type === FRAME.data || type === FRAME.headers;
}

function text(value: string): number[] {
  return [value.length, ...new TextEncoder().encode(value)];
}
