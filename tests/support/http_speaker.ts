/** A client of one revision over HTTP. */
import { assertEquals } from "@std/assert";
import { feedMessages } from "./event_feed.ts";
import { Feed } from "./feed.ts";
import type { Gate } from "./fixtures.ts";
import {
  cancelled,
  type Id,
  INITIALIZED,
  MCP_HEADERS,
  type Message,
  MODERN,
  modernHeaders,
  notification,
  VERSION_KEY,
} from "./mcp.ts";
import type { ServerProcess } from "./server.ts";
import {
  handshake,
  isAnswer,
  type OpenRequest,
  type Params,
  paramsOf,
  type Revision,
  type Speaker,
  type SpeakerOptions,
} from "./speaker.ts";

type Headed = Readonly<Record<string, string>>;

/** A POST or GET that is under way. */
interface Running {
  readonly feed: Feed<Message>;
  readonly controller: AbortController;
  /** Resolves once the status and the headers are there. */
  readonly head: Promise<Response>;
  /** Resolves, and never rejects, when the body has been read or given up. */
  readonly end: Promise<void>;
}

export class HttpSpeaker implements Speaker {
  readonly transport = "HTTP";
  readonly revision: Revision;
  readonly isModern: boolean;
  readonly server: ServerProcess;
  hello: Message | undefined;
  http: { readonly status: number; readonly headers: Headers } | undefined;
  /** The id of the session; undefined where there is none. */
  session: string | undefined;
  readonly #options: SpeakerOptions;
  readonly #running = new Set<Running>();
  #lastId = 0;

  private constructor(server: ServerProcess, options: SpeakerOptions) {
    this.server = server;
    this.#options = options;
    this.revision = options.revision;
    this.isModern = options.revision === MODERN;
  }

  /** Shakes hands, in a session of its own. */
  static async start(server: ServerProcess, options: SpeakerOptions): Promise<HttpSpeaker> {
    const speaker = new HttpSpeaker(server, options);
    if (speaker.isModern) return speaker;
    speaker.hello = await speaker.request("initialize", handshake(options));
    speaker.session = speaker.http?.headers.get("mcp-session-id") ?? undefined;
    await speaker.silent(INITIALIZED);
    return speaker;
  }

  open(method: string, params: Params = {}, meta: Params = {}, id = this.#nextId()): OpenRequest {
    const all = paramsOf(this.#options, params, meta);
    const message = { jsonrpc: "2.0", id, method, params: all } as const;
    const version = String(meta[VERSION_KEY] ?? MODERN);
    const running = this.#post(
      message,
      this.isModern
        ? { ...modernHeaders(message), "mcp-protocol-version": version }
        : this.#headers(),
    );
    const { feed, controller, head, end } = running;
    return {
      id,
      messages: feed,
      answer: async () => {
        const answer = await feed.find((each) => isAnswer(each, id), `answer to ${method}`);
        const { status, headers } = await head;
        this.http = { status, headers };
        return answer;
      },
      cancel: async () => {
        if (!this.isModern) return await this.silent(cancelled(id));
        controller.abort();
        await end;
      },
    };
  }

  request(method: string, params?: Params, meta?: Params): Promise<Message> {
    return this.open(method, params, meta).answer();
  }

  notify(method: string, params: Params = {}): Promise<void> {
    return this.silent(notification(method, params));
  }

  reply(id: Id | undefined, body: Params): Promise<void> {
    return this.silent({ jsonrpc: "2.0", id, ...body });
  }

  async raw(value: unknown): Promise<unknown> {
    const { feed, head } = this.#post(value, this.#headers());
    const { status, headers } = await head;
    this.http = { status, headers };
    return await feed.next("an answer");
  }

  async silent(value: unknown): Promise<void> {
    const { feed, head, end } = this.#post(value, this.#headers());
    const { status, headers } = await head;
    await end;
    this.http = { status, headers };
    assertEquals([status, feed.items], [202, []]);
  }

  async unsolicited(): Promise<Feed<Message>> {
    const headers = { ...this.#headers(), accept: "text/event-stream" };
    const { feed, head } = this.#send({ method: "GET", headers });
    assertEquals((await head).status, 200);
    return feed;
  }

  gate(name: string): Gate {
    return this.server.gate(`${this.revision}-${name}`); // a server speaks to clients of all revisions
  }

  /** Leaves everything as it is on the way. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { controller } of this.#running) controller.abort();
    await Promise.all([...this.#running].map(({ end }) => end));
  }

  /** What goes with every request, whatever it asks for. */
  #headers(): Headed {
    if (this.isModern) return { ...MCP_HEADERS, "mcp-protocol-version": MODERN };
    return {
      ...MCP_HEADERS,
      ...(this.session !== undefined && { "mcp-session-id": this.session }),
      // The header is there since 2025-06-18.
      ...(this.revision >= "2025-06-18" && { "mcp-protocol-version": this.revision }),
    };
  }

  #post(value: unknown, headers: Headed): Running {
    const body = typeof value === "string" ? value : JSON.stringify(value);
    return this.#send({ method: "POST", body, headers });
  }

  #send(init: RequestInit): Running {
    const feed = new Feed<Message>(() => `stderr was:\n${this.server.stderr.slice(-4_000)}`);
    const controller = new AbortController();
    const head = fetch(`${this.server.url}/mcp`, { ...init, signal: controller.signal });
    head.catch(() => {}); // whoever waits for a message learns that none comes
    const end = head.then((response) => feedMessages(response, feed)).catch(() => {})
      .finally(() => {
        this.#running.delete(running);
        feed.end();
      });
    const running = { feed, controller, head, end };
    this.#running.add(running);
    return running;
  }

  #nextId(): Id {
    return `request-${++this.#lastId}`;
  }
}
