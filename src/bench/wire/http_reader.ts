/** Answers of HTTP/1.1 out of the bytes of a connection (RFC 9112), one request open at a time. */

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** The status line and the fields, as they came. */
  readonly head: string;
  readonly body: string;
  /** Whether another request may follow on the connection. */
  readonly staysOpen: boolean;
}

const LATIN1 = new TextDecoder("latin1");
const UTF8 = new TextDecoder();
const HEAD_BYTES_MAX = 64 * 1_024;
const LF = 10;

/** The value of a field, without regard to case; undefined where there is none. */
export function fieldOf(head: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: *([^\\r\\n]*)`, "i").exec(head)?.[1];
}

interface Head {
  readonly text: string;
  readonly status: number;
  /** Where the body begins. */
  readonly end: number;
  /** Bytes of the body; undefined for chunks, or for all until the connection ends. */
  readonly length: number | undefined;
  readonly isChunked: boolean;
}

export class HttpReader {
  readonly #bytesMax: number;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Whether the bytes are the caller's. */
  #isForeign = false;
  #head: Head | undefined;

  /** Refuses answers of more than `bytesMax` bytes. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Takes what was read; the answer once it is whole. Until then `keep` must be called before the
   * bytes are changed.
   *
   * @throws {Error} for what is no HTTP, or too much of it.
   */
  feed(part: Uint8Array): HttpAnswer | undefined {
    this.#isForeign = this.#bytes.length === 0;
    this.#bytes = this.#isForeign ? part : joined(this.#bytes, part);
    if (this.#bytes.length > this.#bytesMax) {
      throw new Error(`an answer has more than ${this.#bytesMax} bytes`);
    }
    for (;;) {
      const head = this.#head ??= readHead(this.#bytes);
      if (head === undefined) return undefined;
      if (head.status >= 200) return this.#answer(head);
      // What comes before the answer itself, such as 100 Continue.
      this.#bytes = this.#bytes.subarray(head.end);
      this.#head = undefined;
    }
  }

  /** Copies what was read and is no answer yet. */
  keep(): undefined {
    if (this.#isForeign) this.#bytes = this.#bytes.slice();
    this.#isForeign = false;
  }

  /** The connection has ended; the answer, where that is how it ends. */
  end(): HttpAnswer | undefined {
    const head = this.#head;
    if (head === undefined || head.length !== undefined || head.isChunked) return undefined;
    return this.#give(head, this.#bytes.subarray(head.end), false);
  }

  #answer(head: Head): HttpAnswer | undefined {
    const bytes = this.#bytes;
    if (head.isChunked) {
      const body = dechunk(bytes.subarray(head.end));
      return body && this.#give(head, body, true);
    }
    if (head.length === undefined || bytes.length < head.end + head.length) return undefined;
    return this.#give(head, bytes.subarray(head.end, head.end + head.length), true);
  }

  #give(head: Head, body: Uint8Array, isWhole: boolean): HttpAnswer {
    this.#bytes = new Uint8Array(0);
    this.#head = undefined;
    const staysOpen = isWhole && !/\r\nconnection: *close/i.test(head.text) &&
      head.text.startsWith("HTTP/1.1");
    return { status: head.status, head: head.text, body: UTF8.decode(body), staysOpen };
  }
}

function readHead(bytes: Uint8Array): Head | undefined {
  // Fields are found in the text of the beginning: one look is less work than one for each byte.
  const text = LATIN1.decode(bytes.subarray(0, HEAD_BYTES_MAX));
  const at = text.indexOf("\r\n\r\n");
  if (at < 0) {
    if (bytes.length >= HEAD_BYTES_MAX) throw new Error("an answer has no end of its head");
    return undefined;
  }
  const head = text.slice(0, at);
  const match = /^HTTP\/1\.[01] (\d{3})/.exec(head);
  if (match === null) throw new Error("the other side does not speak HTTP/1.1");
  const status = Number(match[1]);
  const isChunked = /\r\ntransfer-encoding: *[^\r\n]*chunked/i.test(head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isEmpty = status === 204 || status === 304 || status < 200;
  return {
    text: head,
    status,
    end: at + 4,
    length: isEmpty ? 0 : isChunked || length === undefined ? undefined : Number(length),
    isChunked: isChunked && !isEmpty,
  };
}

/** The body without its chunks' frames (RFC 9112 section 7.1); undefined until it is whole. */
function dechunk(bytes: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (let at = 0;;) {
    const lineEnd = bytes.indexOf(LF, at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(LATIN1.decode(bytes.subarray(at, lineEnd)), 16);
    if (Number.isNaN(size)) throw new Error("a chunk of an answer has no size");
    const start = lineEnd + 1;
    if (bytes.length < start + size + 2) return undefined;
    if (size === 0) return parts.length === 1 ? parts[0] : joined(...parts);
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
