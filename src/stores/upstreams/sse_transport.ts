/** HTTP+SSE of 2024-11-05: one stream for all that the server says, and an address for what it is told. */
import { describeThrown, GomcpError, isGomcpError, type Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { UpstreamTarget } from "../../upstreams/settings.ts";
import type {
  OpenTransport,
  Outgoing,
  TransportEnd,
  TransportListener,
  UpstreamTransport,
} from "../../upstreams/transport.ts";
import { type GuardedFetch, guardedFetch } from "./guarded_fetch.ts";
import { readStream } from "./read_answer.ts";

type UrlTarget = Extract<UpstreamTarget, { kind: "url" }>;

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
  readonly exited: Promise<TransportEnd>;
  readonly #target: UrlTarget;
  readonly #listener: TransportListener;
  readonly #web: GuardedFetch;
  readonly #end: (end: TransportEnd) => void;
  readonly #gone = new AbortController();
  readonly #endpoint = Promise.withResolvers<string>();

  constructor(target: UrlTarget, listener: TransportListener) {
    this.#target = target;
    this.#listener = listener;
    this.#web = guardedFetch(target.allowLinkLocal);
    const { promise, resolve } = Promise.withResolvers<TransportEnd>();
    this.exited = promise;
    this.#end = resolve;
    this.#endpoint.promise.catch(() => {}); // whoever begins has the same promise
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
    this.#finish({ kind: "shutdown", detail: "it was asked to" });
  }

  kill(): void {
    this.#finish({ kind: "killed", detail: "it was ended" });
  }

  async #post({ text }: Outgoing): Promise<void> {
    const url = await this.#endpoint.promise;
    const response = await this.#web.fetch(url, {
      method: "POST",
      body: text,
      headers: { ...this.#target.headers, "content-type": "application/json" },
      signal: this.#gone.signal,
    });
    await response.body?.cancel();
    if (!response.ok) throw failed(`it answers with status ${response.status}`);
  }

  async #read(): Promise<void> {
    let detail = "its stream has ended";
    try {
      const response = await this.#web.fetch(this.#target.url, {
        headers: { ...this.#target.headers, accept: "text/event-stream" },
        signal: this.#gone.signal,
      });
      if (
        !response.ok || !/^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "")
      ) {
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
    this.#finish({ kind: "crash", detail });
  }

  /** What is sent there has secrets in it: it must be the same server (2024-11-05, transports). */
  #onEndpoint(data: string): void {
    const { url } = this.#target;
    if (URL.canParse(data, url) && new URL(data, url).origin === new URL(url).origin) {
      this.#endpoint.resolve(new URL(data, url).href);
    } else this.#endpoint.reject(failed("it names an address that is not its own"));
  }

  #finish(end: TransportEnd): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    this.#web.close();
    this.#end(end);
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
