/** A client of one revision over stdio. */
import { assertEquals } from "@std/assert";
import type { Feed } from "./feed.ts";
import type { Gate } from "./fixtures.ts";
import { cancelled, type Id, INITIALIZED, type Message, MODERN, notification } from "./mcp.ts";
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
import { startStdio, type StdioOptions, type StdioProcess } from "./stdio.ts";

export class StdioSpeaker implements Speaker {
  readonly transport = "stdio";
  readonly http = undefined;
  readonly revision: Revision;
  readonly isModern: boolean;
  hello: Message | undefined;
  readonly process: StdioProcess;
  readonly #options: SpeakerOptions;
  #lastId = 0;

  private constructor(process: StdioProcess, options: SpeakerOptions) {
    this.process = process;
    this.#options = options;
    this.revision = options.revision;
    this.isModern = options.revision === MODERN;
  }

  /** Starts a process of its own and shakes hands. */
  static async start(served: StdioOptions, options: SpeakerOptions): Promise<StdioSpeaker> {
    const speaker = new StdioSpeaker(await startStdio(served), options);
    if (speaker.isModern) return speaker;
    speaker.hello = await speaker.request("initialize", handshake(options));
    await speaker.process.send(INITIALIZED);
    return speaker;
  }

  open(method: string, params: Params = {}, meta: Params = {}, id = this.#nextId()): OpenRequest {
    const messages = this.process.messages.branch();
    const all = paramsOf(this.#options, params, meta);
    const sent = this.process.send({ jsonrpc: "2.0", id, method, params: all });
    sent.catch(() => {}); // whoever waits for the answer learns it
    return {
      id,
      messages,
      answer: () => messages.find((message) => isAnswer(message, id), `answer to ${method}`),
      cancel: () => this.process.send(cancelled(id)),
    };
  }

  request(method: string, params?: Params, meta?: Params): Promise<Message> {
    return this.open(method, params, meta).answer();
  }

  notify(method: string, params: Params = {}): Promise<void> {
    return this.process.send(notification(method, params));
  }

  reply(id: Id | undefined, body: Params): Promise<void> {
    return this.process.send({ jsonrpc: "2.0", id, ...body });
  }

  async raw(value: unknown): Promise<unknown> {
    const messages = this.process.messages.branch();
    await this.process.write(lineOf(value));
    return await messages.next("an answer");
  }

  /** What comes before the answer to a later request is nothing. */
  async silent(value: unknown): Promise<void> {
    const messages = this.process.messages.branch();
    await this.process.write(lineOf(value));
    await this.request(this.isModern ? "server/discover" : "ping");
    assertEquals(messages.items.length, 1, JSON.stringify(messages.items));
  }

  unsolicited(): Promise<Feed<Message>> {
    return Promise.resolve(this.process.messages.branch());
  }

  gate(name: string): Gate {
    return this.process.gate(name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.stop();
  }

  #nextId(): Id {
    return `request-${++this.#lastId}`;
  }
}

function lineOf(value: unknown): string {
  return (typeof value === "string" ? value : JSON.stringify(value)) + "\n";
}
