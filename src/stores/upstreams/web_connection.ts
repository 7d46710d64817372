/** What both ways over HTTP have in common: an address, requests to it, and one end. */
import type { UpstreamTarget } from "../../upstreams/settings.ts";
import type { TransportEnd } from "../../upstreams/transport.ts";
import { type GuardedFetch, guardedFetch } from "./guarded_fetch.ts";

export type UrlTarget = Extract<UpstreamTarget, { kind: "url" }>;

/** How a request differs from the others. */
export interface WebRequest extends Pick<RequestInit, "method" | "body" | "signal"> {
  /** Beside those of the operator, and before them. */
  readonly headers: Readonly<Record<string, string>>;
}

export class WebConnection {
  readonly url: string;
  /** Resolves once, when it has ended. */
  readonly exited: Promise<TransportEnd>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #web: GuardedFetch;
  readonly #end: (end: TransportEnd) => void;
  readonly #gone = new AbortController();

  constructor({ url, headers, allowLinkLocal }: UrlTarget) {
    this.url = url;
    const hasCoding = Object.keys(headers).some((name) => /^accept-encoding$/i.test(name));
    // Messages are short: to pack and unpack each costs as much as all the rest of its way.
    this.#headers = hasCoding ? headers : { "accept-encoding": "identity", ...headers };
    this.#web = guardedFetch(allowLinkLocal);
    const { promise, resolve } = Promise.withResolvers<TransportEnd>();
    this.exited = promise;
    this.#end = resolve;
  }

  /** Aborts when it ends. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** @throws {GomcpError} `upstream_failed` for an address that is refused, and a redirect elsewhere. */
  fetch(url: string, { headers, ...request }: WebRequest): Promise<Response> {
    return this.#web.fetch(url, { ...request, headers: { ...this.#headers, ...headers } });
  }

  stop(): void {
    this.finish({ kind: "shutdown", detail: "it was asked to" });
  }

  kill(): void {
    this.finish({ kind: "killed", detail: "it was ended" });
  }

  /** Ends it; only the first end counts. */
  finish(end: TransportEnd): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    this.#web.close();
    this.#end(end);
  }
}

/** Whether an answer is a stream of events. */
export function isEventStream(response: Response): boolean {
  return response.ok && /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
}
