/** A client of the transport of 2024-11-05: a stream for all that the server says, and POSTs. */
import { assertEquals } from "@std/assert";
import { readEvents } from "./event_feed.ts";
import { Feed } from "./feed.ts";
import type { Gate } from "./fixtures.ts";
import { cancelled, type Id, INITIALIZED, type Message, notification } from "./mcp.ts";
import type { Reply, ServerProcess } from "./server.ts";
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

export class SseSpeaker implements Speaker {
  readonly transport = "SSE";
  /** Answers come by the stream; the statuses of POSTs say nothing of them. */
  readonly http = undefined;
  readonly revision: Revision;
  readonly isModern = false;
  readonly server: ServerProcess;
  hello: Message | undefined;
  readonly #options: SpeakerOptions;
  readonly #messages = new Feed<Message>();
  readonly #stop = new AbortController();
  readonly #address = Promise.withResolvers<string>();
  #end: Promise<void> = Promise.resolve();
  #lastId = 0;

  private constructor(server: ServerProcess, options: SpeakerOptions) {
    this.server = server;
    this.#options = options;
    this.revision = options.revision;
  }

  /** Opens a stream and shakes hands. */
  static async start(server: ServerProcess, options: SpeakerOptions): Promise<SseSpeaker> {
    const speaker = new SseSpeaker(server, options);
    const { signal } = speaker.#stop;
    const response = await fetch(`${server.url}/sse`, { signal });
    speaker.#end = readEvents(response, (data, event) => {
      if (event === "endpoint") speaker.#address.resolve(data);
      else speaker.#messages.push(JSON.parse(data));
    }).catch(() => {}).finally(() => speaker.#messages.end());
    speaker.hello = await speaker.request("initialize", handshake(options));
    await speaker.silent(INITIALIZED);
    return speaker;
  }

  open(method: string, params: Params = {}, meta: Params = {}, id = this.#nextId()): OpenRequest {
    const messages = this.#messages.branch();
    const all = paramsOf(this.#options, params, meta);
    this.#post({ jsonrpc: "2.0", id, method, params: all }).catch(() => {});
    return {
      id,
      messages,
      answer: () => messages.find((message) => isAnswer(message, id), `answer to ${method}`),
      cancel: () => this.silent(cancelled(id)),
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

  /** What is no message is answered where it was posted, all else by the stream. */
  async raw(value: unknown): Promise<unknown> {
    const messages = this.#messages.branch();
    const { status, json } = await this.#post(value);
    return status === 202 ? await messages.next("an answer") : json;
  }

  async silent(value: unknown): Promise<void> {
    const { status, text } = await this.#post(value);
    assertEquals([status, text], [202, ""]);
  }

  unsolicited(): Promise<Feed<Message>> {
    return Promise.resolve(this.#messages.branch());
  }

  gate(name: string): Gate {
    return this.server.gate(`${this.revision}-${name}`); // a server speaks to clients of all revisions
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#end;
  }

  async #post(value: unknown): Promise<Reply> {
    const body = typeof value === "string" ? value : JSON.stringify(value);
    const headers = { "content-type": "application/json" };
    return await this.server.request(await this.#address.promise, {
      method: "POST",
      body,
      headers,
    });
  }

  #nextId(): Id {
    return `request-${++this.#lastId}`;
  }
}
