/** Connections of HTTP/1.1 that are kept: requests as bytes, with as little work as may be. */
import { LIMITS } from "../../base/limits.ts";
import type { ByteStream, Connect } from "./byte_stream.ts";
import { type HttpAnswer, HttpReader } from "./http_reader.ts";

const READ_BYTES = 64 * 1_024;
const ENCODER = new TextEncoder();

/** One connection; it is made with its first request, and again after it was lost. */
class HttpLink {
  readonly #connect: Connect;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #stream: ByteStream | undefined;

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Rejects when the connection is lost before the answer has come. */
  async exchange(request: string): Promise<HttpAnswer> {
    const stream = this.#stream ??= await this.#connect();
    try {
      await writeAll(stream, ENCODER.encode(request));
      const answer = await this.#read(stream);
      if (!answer.staysOpen) this.close();
      return answer;
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  async #read(stream: ByteStream): Promise<HttpAnswer> {
    const reader = new HttpReader(LIMITS.upstreamMessageCharsMax);
    for (;;) {
      const count = await stream.read(this.#buffer);
      const answer = count === null
        ? reader.end()
        // A part that is not the last one must stay as it is while the buffer is used again.
        : reader.feed(this.#buffer.subarray(0, count)) ?? reader.keep();
      if (answer !== undefined) return answer;
      if (count === null) throw new Error("the connection was closed");
    }
  }
}

/** As many connections as there are requests at once. */
export class HttpPool {
  readonly #connect: Connect;
  readonly #free: HttpLink[] = [];
  readonly #all = new Set<HttpLink>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /**
   * Sends a request, head and body, and reads its answer. `hear` gets what ends it before.
   * Rejects when there is no connection, or it is lost.
   */
  async request(text: string, hear?: (abandon: () => void) => void): Promise<HttpAnswer> {
    const link = this.#free.pop() ?? this.#add();
    hear?.(() => link.close());
    try {
      return await link.exchange(text);
    } finally {
      this.#free.push(link);
    }
  }

  close(): void {
    for (const link of this.#all) link.close();
  }

  #add(): HttpLink {
    const link = new HttpLink(this.#connect);
    this.#all.add(link);
    return link;
  }
}

async function writeAll(stream: ByteStream, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await stream.write(at === 0 ? bytes : bytes.subarray(at));
  }
}

/** The head of a POST with JSON, without the length; its lines end. */
export function postHead(url: URL, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n` +
    `content-type: application/json\r\n${lines}`;
}

/** A request of that head; the body's length is said in bytes. */
export function withBody(head: string, body: string, bytes: number): string {
  return `${head}content-length: ${bytes}\r\n\r\n${body}`;
}
