/** The SDK's way to gRPC: grpc-js, with the limits and retries that all requests of the SDK have. */
import {
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import { grpc } from "../../protocol/gen/grpc_services.js";
import { Limit } from "../limit.ts";
import { badOption, checkTimeout, readHeaders } from "../options.ts";
import type { Platform } from "../platform.ts";
import type { RequestOptions } from "../transport.ts";
import { errorOf, withRetries } from "../tries.ts";
import { errorOfEnd } from "./errors.ts";
import type { GrpcGoMCPClientOptions } from "./options.ts";

/** A method, and how its messages are written and read. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly encode: (request: Request) => { finish(): Uint8Array };
  readonly decode: (bytes: Uint8Array) => Response;
}

const { v1 } = gomcp;
const { health } = grpc;
const TOOLS = "/gomcp.v1.ToolService";

/** What the SDK calls. */
export const METHODS = {
  listTools: method(`${TOOLS}/ListTools`, v1.ListToolsRequest.encode, v1.ListToolsResponse.decode),
  getTool: method(`${TOOLS}/GetTool`, v1.GetToolRequest.encode, v1.Tool.decode),
  callTool: method(`${TOOLS}/CallTool`, v1.CallToolRequest.encode, v1.CallToolResponse.decode),
  callStream: method(
    `${TOOLS}/CallToolStream`,
    v1.CallToolRequest.encode,
    v1.CallToolStreamResponse.decode,
  ),
  batchCall: method(`${TOOLS}/BatchCall`, v1.BatchCallRequest.encode, v1.BatchCallResponse.decode),
  batchStream: method(
    `${TOOLS}/BatchCallStream`,
    v1.BatchCallRequest.encode,
    v1.BatchCallResult.decode,
  ),
  health: method(
    "/grpc.health.v1.Health/Check",
    health.v1.HealthCheckRequest.encode,
    health.v1.HealthCheckResponse.decode,
  ),
};

function method<Request, Response>(
  path: string,
  encode: (request: Request) => { finish(): Uint8Array },
  decode: (bytes: Uint8Array) => Response,
): Method<Request, Response> {
  return { path, encode: (request) => encode(request), decode: (bytes) => decode(bytes) };
}

/** Answers may be as large as the largest result of a server, and a batch of them. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** The server ends a call by itself when it has not heard that the client did. */
const DEADLINE_GRACE_MS = 1_000;
/** Retries of the SDK come after 100 ms; by then there should be a connection again. */
const RECONNECT_MS = 100;
const RECONNECT_MS_MAX = 10_000;

interface ChannelSettings {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly platform: Platform;
}

export class Channel {
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #settings: ChannelSettings;

  constructor(options: GrpcGoMCPClientOptions, settings: ChannelSettings) {
    this.#settings = settings;
    readHeaders(options.apiKey, options.headers, (name, value) => this.#metadata.set(name, value));
    this.#client = connect(options);
  }

  /** One message each way. */
  send<Q, R>(
    method: Method<Q, R>,
    request: Q,
    options: RequestOptions,
    repeatable: boolean | "never",
  ): Promise<R> {
    const bytes = asBuffer(method.encode(request).finish());
    return this.#within(options, repeatable, async (limit, deadline) => {
      return method.decode(await this.#unary(method.path, bytes, limit, deadline));
    });
  }

  /** Messages until the end; whoever leaves the loop cancels the call. Begins anew only before the first. */
  async *stream<Q, R>(
    method: Method<Q, R>,
    request: Q,
    options: RequestOptions,
    repeatable: boolean,
  ): AsyncGenerator<R, void, undefined> {
    const limit = this.#limit(options);
    const deadline = this.#deadline(options);
    const open = async () => {
      const messages = this.#open(method, request, limit, deadline);
      return { messages, first: await messages.next() };
    };
    try {
      const { messages, first } = await withRetries(open, limit, { ...this.#settings, repeatable });
      if (first.done === true) return;
      yield first.value;
      yield* messages;
    } catch (thrown) {
      throw errorOf(thrown, limit);
    } finally {
      limit.abort();
    }
  }

  /** Messages read by `read` to their end; with retries, both begin anew. */
  gather<Q, R, T>(
    method: Method<Q, R>,
    request: Q,
    options: RequestOptions,
    repeatable: boolean,
    read: (messages: AsyncIterable<R>) => Promise<T>,
  ): Promise<T> {
    return this.#within(
      options,
      repeatable,
      (limit, deadline) => read(this.#open(method, request, limit, deadline)),
    );
  }

  close(): void {
    this.#client.close();
  }

  async #within<T>(
    options: RequestOptions,
    repeatable: boolean | "never",
    once: (limit: Limit, deadline: number) => Promise<T>,
  ): Promise<T> {
    const limit = this.#limit(options);
    const deadline = this.#deadline(options);
    const retries = repeatable === "never" ? 0 : this.#settings.retries;
    try {
      return await withRetries(() => once(limit, deadline), limit, {
        ...this.#settings,
        retries,
        repeatable: repeatable === true,
      });
    } finally {
      limit.close();
    }
  }

  #limit({ signal, timeoutMs = this.#settings.timeoutMs }: RequestOptions): Limit {
    return new Limit(this.#settings.platform, checkTimeout(timeoutMs), signal);
  }

  #deadline({ timeoutMs = this.#settings.timeoutMs }: RequestOptions): number {
    return Date.now() + timeoutMs + DEADLINE_GRACE_MS;
  }

  #unary(path: string, bytes: Buffer, { signal }: Limit, deadline: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        path,
        same,
        same,
        bytes,
        this.#metadata,
        { deadline },
        (error, answer) => {
          signal.removeEventListener("abort", cancel);
          if (error === null) resolve(answer!);
          else reject(errorOfEnd(endOf(error), error));
        },
      );
      const cancel = () => call.cancel();
      signal.addEventListener("abort", cancel);
    });
  }

  /** The stream's end takes the listener away: one of a caller who stopped reading is cancelled. */
  async *#open<Q, R>(
    { path, encode, decode }: Method<Q, R>,
    request: Q,
    { signal }: Limit,
    deadline: number,
  ): AsyncGenerator<R, void, undefined> {
    const bytes = asBuffer(encode(request).finish());
    const stream: ClientReadableStream<Buffer> = this.#client.makeServerStreamRequest(
      path,
      same,
      same,
      bytes,
      this.#metadata,
      { deadline },
    );
    const cancel = () => stream.cancel();
    signal.addEventListener("abort", cancel);
    // What comes after the reader has left is told to nobody.
    stream.on("error", () => {});
    try {
      for await (const message of stream) yield decode(message as Buffer);
    } catch (error) {
      throw isServiceError(error) ? errorOfEnd(endOf(error), error) : error;
    } finally {
      signal.removeEventListener("abort", cancel);
      stream.cancel();
    }
  }
}

function connect({ address, tls }: GrpcGoMCPClientOptions): Client {
  if (typeof address !== "string" || address === "" || /^\w+:\/\/(?!\/)/.test(address)) {
    throw badOption("address is no target of gRPC such as host:port");
  }
  const { ca, cert, key, serverName } = typeof tls === "object" ? tls : {};
  if ((cert === undefined) !== (key === undefined)) throw badOption("cert and key go together");
  const pem = (text: string | undefined) => text === undefined ? null : Buffer.from(text);
  const isPlain = tls === undefined || tls === false;
  const proof = isPlain
    ? credentials.createInsecure()
    : credentials.createSsl(pem(ca), pem(key), pem(cert));
  return new Client(address, proof, {
    "grpc.max_receive_message_length": ANSWER_BYTES_MAX,
    "grpc.initial_reconnect_backoff_ms": RECONNECT_MS,
    "grpc.max_reconnect_backoff_ms": RECONNECT_MS_MAX,
    "grpc.enable_channelz": 0,
    ...(serverName !== undefined && {
      "grpc.ssl_target_name_override": serverName,
      "grpc.default_authority": serverName,
    }),
  });
}

const same = (bytes: Buffer): Buffer => bytes;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && "metadata" in thrown && "details" in thrown;
}

function endOf({ code, details, metadata }: ServiceError) {
  const [bytes] = metadata.get("grpc-status-details-bin");
  return { code, details, statusDetails: typeof bytes === "object" ? bytes : undefined };
}
