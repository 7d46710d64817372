/** MCP over Streamable HTTP for load: what the transport of upstreams does, without what costs time. */
import { utf8Length } from "../../base/utf8_length.ts";
import { encodeHeaderValue } from "../../protocol/header_values.ts";
import type {
  Agreed,
  Outgoing,
  TransportEnd,
  TransportListener,
  UpstreamTransport,
} from "../../upstreams/transport.ts";
import type { Connect } from "./byte_stream.ts";
import { HttpPool, postHead, withBody } from "./http_pool.ts";
import { fieldOf, type HttpAnswer } from "./http_reader.ts";
import { codeOfStatus } from "./lost.ts";

export class HttpLoadTransport implements UpstreamTransport {
  readonly hasStreams = true;
  readonly exited: Promise<TransportEnd> = new Promise(() => {});
  readonly #url: URL;
  readonly #fields: Readonly<Record<string, string>>;
  readonly #listener: TransportListener;
  readonly #pool: HttpPool;
  readonly #abandon = new Map<number, () => void>();
  #agreed: Agreed | undefined;
  #session: string | undefined;
  /** The head of requests as the last one: those of a load are all the same. */
  #head = { key: "", text: "" };

  /** `fields` go along with every request. */
  constructor(
    url: URL,
    fields: Readonly<Record<string, string>>,
    connect: Connect,
    listener: TransportListener,
  ) {
    this.#url = url;
    this.#fields = fields;
    this.#listener = listener;
    this.#pool = new HttpPool(connect);
  }

  send(message: Outgoing): void {
    void this.#post(message);
  }

  abandon(id: number): void {
    this.#abandon.get(id)?.();
  }

  agree(agreed: Agreed): void {
    this.#agreed = agreed;
    this.#head = { key: "", text: "" };
  }

  stop(): void {
    this.#pool.close();
  }

  kill(): void {
    this.#pool.close();
  }

  async #post(message: Outgoing): Promise<void> {
    const { id, text } = message;
    try {
      const request = withBody(this.#headOf(message), text, utf8Length(text));
      const answer = await this.#pool.request(
        request,
        id === undefined ? undefined : (abandon) => this.#abandon.set(id, abandon),
      );
      if (message.method === "initialize") this.#session = fieldOf(answer.head, "mcp-session-id");
      this.#tell(answer, id);
    } catch (thrown) {
      const detail = thrown instanceof Error ? thrown.message : String(thrown);
      if (id !== undefined) this.#listener.onLost(id, { code: "upstream_failed", detail });
    } finally {
      if (id !== undefined) this.#abandon.delete(id);
    }
  }

  #tell(answer: HttpAnswer, id: number | undefined): void {
    const { status, body, head } = answer;
    if (body.startsWith("{")) this.#listener.onMessage(body, id);
    else if (/\r\ncontent-type: *text\/event-stream/i.test(head)) {
      for (const data of eventsOf(body)) this.#listener.onMessage(data, id);
    }
    // Who was answered does not wait any more.
    if (id === undefined || !this.#listener.isWaiting(id)) return;
    const detail = `it answers with status ${status} and no message`;
    this.#listener.onLost(id, { code: codeOfStatus(status), detail });
  }

  #headOf(message: Outgoing): string {
    const key = `${message.method} ${message.name}`;
    if (this.#head.key !== key) {
      this.#head = { key, text: postHead(this.#url, this.#fieldsOf(message)) };
    }
    return this.#head.text;
  }

  #fieldsOf({ method, name, headers }: Outgoing): Record<string, string> {
    const { version, era } = this.#agreed ?? { version: "", era: "legacy" };
    const session = era === "legacy" ? this.#session : undefined;
    return {
      ...this.#fields,
      accept: "application/json, text/event-stream",
      ...(method !== "initialize" && version !== "" && { "mcp-protocol-version": version }),
      ...(session !== undefined && { "mcp-session-id": session }),
      ...(era === "modern" && method !== undefined && {
        "mcp-method": method,
        ...(name !== undefined && { "mcp-name": encodeHeaderValue(name) }),
        ...headers,
      }),
    };
  }
}

function eventsOf(body: string): string[] {
  return body.split(/\r?\n\r?\n/).map((event) =>
    event.split(/\r?\n/).filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(5).replace(/^ /, "")).join("\n")
  ).filter((data) => data !== "");
}
