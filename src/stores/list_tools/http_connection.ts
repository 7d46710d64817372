/** A server at an address, by Streamable HTTP. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import { LEGACY_VERSIONS, MODERN_VERSIONS } from "../../protocol/versions.ts";
import { type Connection, type Params, resultOf, RpcRefusal } from "./list_tools.ts";

export interface ServerAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const SESSION = "mcp-session-id";

/** Nothing is sent before the first request. */
export function connectServer(address: ServerAddress, signal: AbortSignal): Connection {
  return new HttpConnection(address, signal);
}

class HttpConnection implements Connection {
  readonly #address: ServerAddress;
  readonly #signal: AbortSignal;
  #session: string | undefined;
  #nextId = 1;

  constructor(address: ServerAddress, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
  }

  async request(method: string, params: Params): Promise<Params> {
    const id = this.#nextId++;
    const response = await this.#post(
      method,
      { jsonrpc: "2.0", id, method, params },
      "_meta" in params,
    );
    const answer = await readAnswer(response, id);
    if (answer !== undefined) {
      this.#session = response.headers.get(SESSION) ?? this.#session;
      return resultOf(answer);
    }
    const what = `it answered with status ${response.status}`;
    if (response.status === 401 || response.status === 403) throw new Error(`${what}: not allowed`);
    throw response.ok ? new Error(`${what} and no message`) : new RpcRefusal(what);
  }

  async notify(method: string): Promise<void> {
    const response = await this.#post(method, { jsonrpc: "2.0", method }, false);
    await response.body?.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#session === undefined || this.#signal.aborted) return;
    const options = { method: "DELETE", headers: this.#headers("", false), signal: this.#signal };
    // A server may keep its sessions to itself: then it ends them by time.
    await fetch(this.#address.url, options).then((gone) => gone.body?.cancel(), () => {});
  }

  async #post(method: string, message: Params, modern: boolean): Promise<Response> {
    try {
      return await fetch(this.#address.url, {
        method: "POST",
        headers: this.#headers(method, modern),
        body: JSON.stringify(message),
        // Neither a key nor a question goes to another server than the one that was named.
        redirect: "error",
        signal: this.#signal,
      });
    } catch (cause) {
      const why = this.#signal.aborted ? "it did not answer in time" : describeThrown(cause);
      const text = `Cannot reach ${this.#address.url}: ${why}`;
      throw new GomcpError("upstream_failed", text, { cause });
    }
  }

  #headers(method: string, modern: boolean): Record<string, string> {
    return {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(method !== "initialize" && {
        "mcp-protocol-version": modern ? MODERN_VERSIONS[0] : LEGACY_VERSIONS[0],
      }),
      ...(modern && { "mcp-method": method }),
      ...(this.#session !== undefined && { [SESSION]: this.#session }),
      ...this.#address.headers,
    };
  }
}

/** The message with that id, in plain JSON or among events; what comes behind it is not waited for. */
async function readAnswer(response: Response, id: number): Promise<Params | undefined> {
  const isEvents = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  let text = "";
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    if (text.length > LIMITS.hostLineCharsMax) throw new Error("its answer is too long");
    const answer = isEvents && /\n\r?\n/.test(part) ? answerIn(eventsOf(text), id) : undefined;
    if (answer !== undefined) return answer;
  }
  return answerIn(isEvents ? eventsOf(text) : [text], id);
}

function answerIn(texts: readonly string[], id: number): Params | undefined {
  for (const text of texts) {
    try {
      const message = JSON.parse(text);
      const isAnswer = isRecord(message) && (message.id === id || message.id === null);
      if (isAnswer && ("result" in message || "error" in message)) return message;
    } catch {
      // No message; the status tells what it was.
    }
  }
  return undefined;
}

function eventsOf(text: string): string[] {
  return text.split(/\r?\n\r?\n/).map((event) =>
    event.split(/\r?\n/).filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(5).replace(/^ /, "")).join("\n")
  );
}
