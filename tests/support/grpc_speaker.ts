/** A client of one revision over a session of gRPC, and the server that it speaks to. */
import { assertEquals } from "@std/assert";
import type { gomcp } from "../../src/protocol/gen/gomcp_v1.js";
import { type CliOptions, CliProcess, fixtureArgs } from "./cli_process.ts";
import { Feed } from "./feed.ts";
import type { Gate } from "./fixtures.ts";
import { GrpcClient, type GrpcStream, type Options } from "./grpc.ts";
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

export class GrpcProcess extends CliProcess {
  /** Such as "127.0.0.1:40000". */
  address = "";
}

/** Starts `gomcp serve --mode=grpc` on a free port; resolves once it listens. */
export async function startGrpc(options: CliOptions = {}): Promise<GrpcProcess> {
  const { args = [], ...rest } = options;
  const { folder, args: tools } = await fixtureArgs(options);
  const server = new GrpcProcess(
    ["serve", "--mode=grpc", "--addr=127.0.0.1:0", "--log-format=json", ...tools, ...args],
    "null",
    { ...rest, folder },
  );
  try {
    const served = ({ message }: { readonly message: string }) => message === "serving gRPC";
    server.address = String((await server.log.find(served, "address of the server")).address);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A session in messages of JSON-RPC. */
export class SessionClient {
  readonly stream: GrpcStream<gomcp.v1.Frame, gomcp.v1.FrameInit>;
  readonly messages = new Feed<Message>(() => "of a session");

  constructor(client: GrpcClient, options?: Options) {
    this.stream = client.session(options);
    this.stream.call.on("data", () => this.#take());
    this.stream.ended.then(() => this.messages.end());
  }

  /** Sends each as a message of one frame, a text as it is. */
  send(...messages: readonly unknown[]): void {
    const texts = messages.map((each) => typeof each === "string" ? each : JSON.stringify(each));
    this.stream.send({ messages: texts.map((each) => new TextEncoder().encode(each)) });
  }

  /** Its own listener comes after the one that fills the feed. */
  #take(): void {
    const frame = this.stream.messages.items.at(-1)!;
    for (const bytes of frame.messages) {
      this.messages.push(JSON.parse(new TextDecoder().decode(bytes)));
    }
  }
}

export class GrpcSpeaker implements Speaker {
  readonly transport = "gRPC";
  readonly http = undefined;
  readonly revision: Revision;
  readonly isModern: boolean;
  hello: Message | undefined;
  readonly #server: GrpcProcess;
  readonly #client: GrpcClient;
  readonly #session: SessionClient;
  readonly #options: SpeakerOptions;
  #lastId = 0;

  private constructor(server: GrpcProcess, options: SpeakerOptions) {
    this.#server = server;
    this.#options = options;
    this.revision = options.revision;
    this.isModern = options.revision === MODERN;
    this.#client = new GrpcClient(server.address, undefined, {
      "grpc.max_receive_message_length": -1,
    });
    this.#session = new SessionClient(this.#client);
  }

  /** Opens a session of its own and shakes hands. */
  static async start(server: GrpcProcess, options: SpeakerOptions): Promise<GrpcSpeaker> {
    const speaker = new GrpcSpeaker(server, options);
    if (speaker.isModern) return speaker;
    speaker.hello = await speaker.request("initialize", handshake(options));
    speaker.#session.send(INITIALIZED);
    return speaker;
  }

  open(method: string, params: Params = {}, meta: Params = {}, id = this.#nextId()): OpenRequest {
    const messages = this.#session.messages.branch();
    const all = paramsOf(this.#options, params, meta);
    this.#session.send({ jsonrpc: "2.0", id, method, params: all });
    return {
      id,
      messages,
      answer: () => messages.find((message) => isAnswer(message, id), `answer to ${method}`),
      cancel: () => Promise.resolve(this.#session.send(cancelled(id))),
    };
  }

  request(method: string, params?: Params, meta?: Params): Promise<Message> {
    return this.open(method, params, meta).answer();
  }

  notify(method: string, params: Params = {}): Promise<void> {
    return Promise.resolve(this.#session.send(notification(method, params)));
  }

  reply(id: Id | undefined, body: Params): Promise<void> {
    return Promise.resolve(this.#session.send({ jsonrpc: "2.0", id, ...body }));
  }

  async raw(value: unknown): Promise<unknown> {
    const messages = this.#session.messages.branch();
    this.#session.send(value);
    return await messages.next("an answer");
  }

  /** What comes before the answer to a later request is nothing. */
  async silent(value: unknown): Promise<void> {
    const messages = this.#session.messages.branch();
    this.#session.send(value);
    await this.request(this.isModern ? "server/discover" : "ping");
    assertEquals(messages.items.length, 1, JSON.stringify(messages.items));
  }

  unsolicited(): Promise<Feed<Message>> {
    return Promise.resolve(this.#session.messages.branch());
  }

  gate(name: string): Gate {
    return this.#server.gate(`${this.revision}-${name}`); // a server speaks to clients of all revisions
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.stream.end();
    this.#session.stream.cancel();
    await this.#session.stream.ended;
    this.#client[Symbol.dispose]();
  }

  #nextId(): Id {
    return `request-${++this.#lastId}`;
  }
}
