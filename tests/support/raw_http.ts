/** HTTP by hand over TCP, for what `fetch` hides: Host, half bodies, what becomes of the connection. */
import { within } from "./wait.ts";

export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** One connection to a server on loopback. */
export class RawConnection implements Disposable {
  readonly #conn: Deno.TcpConn;
  #buffer = "";
  #open = true;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async open(port: number): Promise<RawConnection> {
    return new RawConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends all of it; throws when the server has gone. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let at = 0; at < bytes.length;) {
      at += await within(this.#conn.write(bytes.subarray(at)), "the server to read");
    }
  }

  /** Reads one response: with a Content-Length, in chunks, or to the end of the connection. */
  async response(): Promise<RawResponse> {
    const [status, headers] = parseHead(await this.#until("\r\n\r\n"));
    if (headers.get("transfer-encoding") === "chunked") {
      return { status, headers, body: await this.#chunks() };
    }
    const length = headers.get("content-length");
    if (length === null) return { status, headers, body: await this.#rest() };
    while (this.#buffer.length < Number(length)) {
      if (!(await this.#more())) throw new Error("The body ended early");
    }
    return { status, headers, body: this.#take(Number(length)) };
  }

  /** Reads until the server closes its side; true when it does. */
  async isClosed(): Promise<boolean> {
    while (await this.#more());
    return true;
  }

  /** What came and was not taken. */
  get unread(): string {
    return this.#buffer;
  }

  /** Waits for text in what the server sends, and takes everything up to its end. */
  text(end: string): Promise<string> {
    return this.#until(end);
  }

  /** Sends no more, and gives everything that the server still sends. */
  async ending(): Promise<string> {
    await this.#conn.closeWrite().catch(() => {}); // the server may have closed first
    return await this.#rest();
  }

  close(): void {
    if (this.#open) this.#conn.close();
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #chunks(): Promise<string> {
    let body = "";
    for (;;) {
      const size = parseInt(await this.#until("\r\n"), 16);
      while (this.#buffer.length < size + 2) await this.#more();
      body += this.#take(size);
      this.#take(2);
      if (size === 0) return body;
    }
  }

  async #rest(): Promise<string> {
    while (await this.#more());
    return this.#take(this.#buffer.length);
  }

  async #until(end: string): Promise<string> {
    let at: number;
    while ((at = this.#buffer.indexOf(end)) < 0) {
      if (!(await this.#more())) {
        throw new Error(`The connection ended before ${JSON.stringify(end)}: "${this.#buffer}"`);
      }
    }
    return this.#take(at + end.length);
  }

  /** Latin-1, so that a character is a byte. */
  async #more(): Promise<boolean> {
    const chunk = new Uint8Array(64 * 1024);
    const length = await within(this.#conn.read(chunk), "the server to send").catch(endOfReset);
    if (length === null) return false;
    this.#buffer += String.fromCharCode(...chunk.subarray(0, length));
    return true;
  }

  #take(length: number): string {
    const taken = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    return taken;
  }
}

/** A POST as text; `host` and `content-length` are those given or the usual ones. */
export function rawPost(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const all = {
    "host": "127.0.0.1",
    "content-type": "application/json",
    ...(!("transfer-encoding" in headers) && { "content-length": String(body.length) }),
    ...headers,
  };
  return `POST ${path} HTTP/1.1\r\n${headText(all)}\r\n${body}`;
}

/** A GET as text. */
export function rawGet(path: string, headers: Readonly<Record<string, string>> = {}): string {
  return `GET ${path} HTTP/1.1\r\n${headText({ host: "127.0.0.1", ...headers })}\r\n`;
}

/** A chunk of a chunked body. */
export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function headText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
}

function parseHead(head: string): [number, Headers] {
  const [first = "", ...lines] = head.trimEnd().split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return [Number(first.split(" ")[1]), new Headers(headers)];
}

function endOfReset(error: unknown): null {
  if (error instanceof Deno.errors.ConnectionReset) return null;
  throw error;
}
