/** HTTP+SSE of 2024-11-05: one stream for all that the server says, and an address for what it is told. */
import { describeThrown, GomcpError, isGomcpError, type Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type {
  OpenTransport,
  Outgoing,
  TransportListener,
  UpstreamTransport,
} from "../../upstreams/transport.ts";
import { readStream } from "./read_answer.ts";
import { isEventStream, type UrlTarget, WebConnection } from "./web_connection.ts";

/** Rejects when there is no such stream, or no address comes by it. */
export function openSse(target: UrlTarget): OpenTransport {
  return async (listener, signal) => {
    const transport = new SseTransport(target, listener);
    const giveUp = () => transport.kill();
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await transport.begin();
      return transport;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  };
}

class SseTransport implements UpstreamTransport {
  readonly hasStreams = false;
  readonly #listener: TransportListener;
  readonly #web: WebConnection;
  readonly #endpoint = Promise.withResolvers<string>();

  constructor(target: UrlTarget, listener: TransportListener) {
    this.#listener = listener;
    this.#web = new WebConnection(target);
    this.#endpoint.promise.catch(() => {}); // whoever begins has the same promise
  }

  get exited() {
    return this.#web.exited;
  }

  /** Resolves when it can be spoken with. @throws {GomcpError} `upstream_failed` */
  async begin(): Promise<void> {
    this.#read();
    await this.#endpoint.promise;
  }

  send(message: Outgoing): void {
    const { id } = message;
    this.#post(message).catch((thrown) => {
      if (id !== undefined) this.#listener.onLost(id, problemOf(thrown));
    });
  }

  abandon(): void {} // the notification is all there is
  agree(): void {} // its messages are the same in all revisions that have it

  stop(): void {
    this.#web.stop();
  }

  kill(): void {
    this.#web.kill();
  }

  async #post({ text }: Outgoing): Promise<void> {
    const url = await this.#endpoint.promise;
    const response = await this.#web.fetch(url, {
      method: "POST",
      body: text,
      headers: { "content-type": "application/json" },
      signal: this.#web.gone,
    });
    await response.body?.cancel();
    if (!response.ok) throw failed(`it answers with status ${response.status}`);
  }

  async #read(): Promise<void> {
    let detail = "its stream has ended";
    try {
      const response = await this.#web.fetch(this.#web.url, {
        headers: { accept: "text/event-stream" },
        signal: this.#web.gone,
      });
      if (!isEventStream(response)) {
        await response.body?.cancel();
        throw failed(`it has no stream of events (status ${response.status})`);
      }
      await readStream(response, LIMITS.upstreamMessageCharsMax, (event, data) => {
        if (event === "endpoint") this.#onEndpoint(data);
        else if (event === "message") this.#listener.onMessage(data, undefined);
      });
    } catch (thrown) {
      detail = isGomcpError(thrown) ? thrown.message : describeThrown(thrown);
    }
    this.#endpoint.reject(failed(detail));
    this.#web.finish({ kind: "crash", detail });
  }

  /** What is sent there has secrets in it: it must be the same server (2024-11-05, transports). */
  #onEndpoint(data: string): void {
    const { url } = this.#web;
    if (URL.canParse(data, url) && new URL(data, url).origin === new URL(url).origin) {
      this.#endpoint.resolve(new URL(data, url).href);
    } else this.#endpoint.reject(failed("it names an address that is not its own"));
  }
}

function problemOf(thrown: unknown): Problem {
  return isGomcpError(thrown)
    ? thrown.problem
    : { code: "upstream_failed", detail: describeThrown(thrown) };
}

function failed(what: string): GomcpError {
  return new GomcpError("upstream_failed", what);
}
