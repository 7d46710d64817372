/** Streamable HTTP in both eras: a POST for each message, its answers as JSON or as a stream of events. */
import { describeThrown, isGomcpError, type Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { encodeHeaderValue } from "../../protocol/header_values.ts";
import type {
  Agreed,
  OpenTransport,
  Outgoing,
  TransportListener,
  UpstreamTransport,
} from "../../upstreams/transport.ts";
import { readBody, readStream, type StreamEnd } from "./read_answer.ts";
import { isEventStream, type UrlTarget, WebConnection } from "./web_connection.ts";

/** Failures of the network in a row after which nobody is taken to be there. */
const FAILURES_MAX = 3;
/** How long to wait before a stream is opened again that has ended. */
const REOPEN_MS = 1_000;

export function openHttp(target: UrlTarget): OpenTransport {
  return (listener) => Promise.resolve(new HttpTransport(target, listener));
}

class HttpTransport implements UpstreamTransport {
  readonly hasStreams = true;
  readonly #listener: TransportListener;
  readonly #web: WebConnection;
  readonly #open = new Map<number, AbortController>();
  #agreed: Agreed | undefined;
  #session: string | undefined;
  #failures = 0;
  #hasStream = false;

  constructor(target: UrlTarget, listener: TransportListener) {
    this.#listener = listener;
    this.#web = new WebConnection(target);
    void this.exited.then(() => {
      for (const controller of this.#open.values()) controller.abort();
    });
  }

  get exited() {
    return this.#web.exited;
  }

  send(message: Outgoing): void {
    const { id } = message;
    if (id === undefined) return void this.#post(message, this.#web.gone);
    const controller = new AbortController();
    this.#open.set(id, controller);
    this.#post(message, controller.signal).then((fault) => {
      this.#open.delete(id);
      if (fault !== undefined) this.#listener.onLost(id, fault);
    });
  }

  abandon(id: number): void {
    // In the legacy era the end of a stream says nothing; whoever reads it no more may as well go.
    this.#open.get(id)?.abort();
  }

  agree(agreed: Agreed): void {
    this.#agreed = agreed;
  }

  stop(): void {
    if (this.#session === undefined || this.#agreed?.era !== "legacy") return this.#web.stop();
    const ending = this.#web.fetch(this.#web.url, {
      method: "DELETE",
      headers: this.#headers(),
      signal: AbortSignal.timeout(REOPEN_MS),
    });
    ending.then((response) => response.body?.cancel()).catch(() => {})
      .finally(() => this.#web.stop());
  }

  kill(): void {
    this.#web.kill();
  }

  /** Never rejects; a problem when the request will have no answer. */
  async #post(message: Outgoing, signal: AbortSignal): Promise<Problem | undefined> {
    const { id, method, text } = message;
    try {
      const response = await this.#web.fetch(this.#web.url, {
        method: "POST",
        body: text,
        headers: this.#headers(message),
        signal,
      });
      this.#failures = 0;
      if (method === "initialize") {
        this.#session = response.headers.get("mcp-session-id") ?? undefined;
      }
      if (method === "notifications/initialized") this.#listen();
      return await this.#read(response, id, signal);
    } catch (thrown) {
      return this.#fault(thrown, signal);
    }
  }

  async #read(
    response: Response,
    id: number | undefined,
    signal: AbortSignal,
  ): Promise<Problem | undefined> {
    if (isEventStream(response)) {
      let end = await this.#stream(response, id);
      // A legacy stream that ends early goes on elsewhere (2025-11-25, transports: resumability).
      while (id !== undefined && this.#listener.isWaiting(id) && end.lastId !== undefined) {
        const next = await this.#resume(end, signal);
        if (next === undefined) break;
        end = await this.#stream(next, id);
      }
      return failed("its answer broke off");
    }
    if (response.status === 202 || response.status === 204) {
      await response.body?.cancel();
      return failed(`it answers ${response.status}, without a result`);
    }
    const text = await readBody(response, LIMITS.upstreamMessageCharsMax);
    // Errors of JSON-RPC come with statuses of HTTP, too.
    const type = response.headers.get("content-type") ?? "";
    if (/^application\/json\b/i.test(type)) this.#listener.onMessage(text, id);
    if (response.ok) return failed("it answers what is no answer");
    const session = response.status === 404 && this.#session !== undefined;
    if (session) this.#web.finish({ kind: "crash", detail: "it has forgotten the session" });
    return failed(`it answers with status ${response.status}`);
  }

  #stream(response: Response, id: number | undefined): Promise<StreamEnd> {
    return readStream(response, LIMITS.upstreamMessageCharsMax, (event, data) => {
      if (event === "message" && data !== "") this.#listener.onMessage(data, id);
    });
  }

  async #resume(end: StreamEnd, signal: AbortSignal): Promise<Response | undefined> {
    if (this.#agreed?.era !== "legacy") return undefined;
    await pause(end.retryMs ?? REOPEN_MS, signal);
    return await this.#get(signal, end.lastId);
  }

  /** Undefined where there is no such stream. */
  async #get(signal: AbortSignal, lastId?: string): Promise<Response | undefined> {
    const response = await this.#web.fetch(this.#web.url, {
      headers: {
        ...this.#headers(),
        accept: "text/event-stream",
        ...(lastId !== undefined && { "last-event-id": lastId }),
      },
      signal,
    });
    if (isEventStream(response)) return response;
    await response.body?.cancel();
    return undefined;
  }

  /** In the legacy era the server tells of changes by a stream of its own, if it has one. */
  async #listen(): Promise<void> {
    if (this.#hasStream) return;
    this.#hasStream = true;
    const signal = this.#web.gone;
    let lastId: string | undefined;
    try {
      for (;;) {
        const response = await this.#get(signal, lastId);
        if (response === undefined) return;
        const end = await this.#stream(response, undefined);
        lastId = end.lastId ?? lastId;
        await pause(end.retryMs ?? REOPEN_MS, signal);
      }
    } catch (thrown) {
      this.#fault(thrown, signal);
    }
  }

  #headers(message?: Outgoing): Record<string, string> {
    const { version, era } = this.#agreed ?? { version: "", era: "legacy" };
    const isFirst = message?.method === "initialize";
    return {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(!isFirst && version !== "" && { "mcp-protocol-version": version }),
      ...(era === "legacy" && this.#session !== undefined && { "mcp-session-id": this.#session }),
      ...(era === "modern" && message?.method !== undefined && mirrors(message)),
    };
  }

  #fault(thrown: unknown, signal: AbortSignal): Problem {
    if (isGomcpError(thrown)) return thrown.problem;
    if (signal.aborted) return failed("its connection has ended");
    const what = describeThrown(thrown);
    const isRefused = /refused|dns error|unreachable/i.test(what);
    if (isRefused || ++this.#failures >= FAILURES_MAX) {
      this.#web.finish({ kind: "crash", detail: `it cannot be reached: ${what}` });
    }
    return failed(`it cannot be reached: ${what}`);
  }
}

/** What intermediaries read of a request without its body (2026-07-28, transports). */
function mirrors({ method, name, headers }: Outgoing): Record<string, string> {
  return {
    "mcp-method": method!,
    ...(name !== undefined && { "mcp-name": encodeHeaderValue(name) }),
    ...headers,
  };
}

function failed(detail: string): Problem {
  return { code: "upstream_failed", detail };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    Deno.unrefTimer(timer);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
