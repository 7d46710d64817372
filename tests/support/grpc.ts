/** A client of gRPC by grpc-js, for all methods of gomcp's services; messages by the generated codecs. */
import * as grpc from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { gomcp, google } from "../../src/protocol/gen/gomcp_v1.js";
import { grpc as services } from "../../src/protocol/gen/grpc_services.js";
import { Feed } from "./feed.ts";
import { within } from "./wait.ts";

interface Codec<T, Init> {
  encode(message: Init): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** How a call that failed ended. */
export interface Ending {
  readonly code: number;
  readonly status: string;
  readonly details: string;
  /** What of google.rpc.* came along, by the names of their messages. */
  // deno-lint-ignore no-explicit-any -- tests look into details of every shape
  readonly info: Readonly<Record<string, any>>;
  readonly metadata: grpc.Metadata;
}

/** Metadata, and until when. */
export interface Options {
  readonly metadata?: Readonly<Record<string, string | string[]>>;
  readonly deadlineMs?: number;
}

const { v1 } = gomcp;
const DETAILS: Readonly<Record<string, Codec<unknown, never>>> = {
  "google.rpc.ErrorInfo": google.rpc.ErrorInfo,
  "google.rpc.RetryInfo": google.rpc.RetryInfo,
  "google.rpc.BadRequest": google.rpc.BadRequest,
  "google.rpc.QuotaFailure": google.rpc.QuotaFailure,
  "gomcp.v1.Problem": gomcp.v1.Problem,
};

/** What a call failed with, details decoded. */
export function endingOf(error: grpc.ServiceError | grpc.StatusObject): Ending {
  const { code, details, metadata } = error;
  const info: Record<string, unknown> = {};
  for (const bytes of metadata?.get("grpc-status-details-bin") ?? []) {
    const status = google.rpc.Status.decode(bytes as Buffer);
    for (const any of status.details) {
      const name = any.type_url.replace("type.googleapis.com/", "");
      info[name.replace(/^.*\./, "")] = DETAILS[name]!.decode(any.value);
    }
  }
  return { code, status: grpc.status[code]!, details, info, metadata };
}

export class CallFailed extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(`${ending.status}: ${ending.details}`);
    this.ending = ending;
  }
}

/** A stream whose messages are waited for. */
export class GrpcStream<T, Init> {
  readonly messages: Feed<T>;
  readonly ended: Promise<Ending>;
  readonly initial: Promise<grpc.Metadata>;
  // deno-lint-ignore no-explicit-any -- readable, writable or both
  readonly call: any;
  readonly #encode: ((init: Init) => Buffer) | undefined;

  // deno-lint-ignore no-explicit-any -- as above
  constructor(call: any, decode: (bytes: Buffer) => T, encode?: (init: Init) => Buffer) {
    this.call = call;
    this.#encode = encode;
    this.messages = new Feed(() => "of a gRPC stream");
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.initial = new Promise((given) => call.on("metadata", given));
    call.on("data", (bytes: Buffer) => this.messages.push(decode(bytes)));
    call.on("error", () => {}); // told by the status as well
    call.on("status", (status: grpc.StatusObject) => {
      resolve(endingOf(status));
      this.messages.end();
    });
  }

  send(message: Init): void {
    this.call.write(this.#encode!(message));
  }

  /** Ends the sending side. */
  end(): void {
    this.call.end();
  }

  cancel(): void {
    this.call.cancel();
  }

  /** How it ended, once it has. */
  ending(): Promise<Ending> {
    return within(this.ended, "the end of the stream");
  }

  /** All messages up to the end, and the end. */
  async all(): Promise<{ readonly messages: readonly T[]; readonly ending: Ending }> {
    const ending = await this.ending();
    return { messages: this.messages.items, ending };
  }
}

/**
 * For tests that refuse a client: that of grpc-js keeps a timer to connect again, though it is closed. It
 * ends within whatever test of the file runs then, so all tests of such a file need this.
 */
export const REFUSES_CLIENTS = { sanitizeOps: false, sanitizeResources: false } as const;

export class GrpcClient implements Disposable {
  readonly #client: grpc.Client;

  constructor(
    address: string,
    credentials: grpc.ChannelCredentials = grpc.credentials.createInsecure(),
    options: grpc.ChannelOptions = {},
  ) {
    this.#client = new grpc.Client(address, credentials, {
      // Each client has a connection of its own, as each process would have.
      "grpc.use_local_subchannel_pool": 1,
      // TLS knows servers by name; tests connect by address.
      ...(credentials._isSecure() && { "grpc.ssl_target_name_override": "localhost" }),
      ...options,
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  get raw(): grpc.Client {
    return this.#client;
  }

  listTools(init: gomcp.v1.ListToolsRequestInit = {}, options?: Options) {
    return this.#unary("ListTools", v1.ListToolsRequest, v1.ListToolsResponse, init, options);
  }

  getTool(name: string, options?: Options) {
    return this.#unary("GetTool", v1.GetToolRequest, v1.Tool, { name }, options);
  }

  call(init: gomcp.v1.CallToolRequestInit, options?: Options) {
    return this.#unary("CallTool", v1.CallToolRequest, v1.CallToolResponse, init, options);
  }

  /** Calls a tool by JSON; the result's JSON as a value. */
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape
  async callTool(tool: string, args: unknown = {}, options?: Options): Promise<any> {
    const { resultJson } = await this.call({ tool, argumentsJson: json(args) }, options);
    return JSON.parse(text(resultJson!));
  }

  startTask(init: gomcp.v1.CallToolRequestInit, options?: Options) {
    return this.#unary("StartTask", v1.CallToolRequest, v1.Task, init, options);
  }

  getTask(id: string, options?: Options) {
    return this.#unary("GetTask", v1.GetTaskRequest, v1.Task, { id }, options);
  }

  cancelTask(id: string, options?: Options) {
    return this.#unary("CancelTask", v1.CancelTaskRequest, v1.Task, { id }, options);
  }

  watchTask(id: string, options?: Options) {
    return this.#stream("WatchTask", v1.WatchTaskRequest, v1.Task, { id }, options);
  }

  batch(init: gomcp.v1.BatchCallRequestInit, options?: Options) {
    return this.#unary("BatchCall", v1.BatchCallRequest, v1.BatchCallResponse, init, options);
  }

  callStream(init: gomcp.v1.CallToolRequestInit, options?: Options) {
    const { CallToolRequest, CallToolStreamResponse } = v1;
    return this.#stream("CallToolStream", CallToolRequest, CallToolStreamResponse, init, options);
  }

  batchStream(init: gomcp.v1.BatchCallRequestInit, options?: Options) {
    return this.#stream("BatchCallStream", v1.BatchCallRequest, v1.BatchCallResult, init, options);
  }

  watchTools(options?: Options) {
    return this.#stream("WatchTools", v1.WatchToolsRequest, v1.WatchToolsResponse, {}, options);
  }

  session(options?: Options): GrpcStream<gomcp.v1.Frame, gomcp.v1.FrameInit> {
    return this.#bidi("/gomcp.v1.McpService/Session", v1.Frame, v1.Frame, options);
  }

  check(service = "", options?: Options) {
    const { HealthCheckRequest, HealthCheckResponse } = services.health.v1;
    const path = "/grpc.health.v1.Health/Check";
    return this.#unary(path, HealthCheckRequest, HealthCheckResponse, { service }, options);
  }

  watchHealth(service = "", options?: Options) {
    const { HealthCheckRequest, HealthCheckResponse } = services.health.v1;
    const path = "/grpc.health.v1.Health/Watch";
    return this.#stream(path, HealthCheckRequest, HealthCheckResponse, { service }, options);
  }

  reflect(name: "v1" | "v1alpha" = "v1", options?: Options) {
    const { ServerReflectionRequest, ServerReflectionResponse } = services.reflection.v1;
    const path = `/grpc.reflection.${name}.ServerReflection/ServerReflectionInfo`;
    return this.#bidi(path, ServerReflectionResponse, ServerReflectionRequest, options);
  }

  /** Begins a call that the test cancels: its answer is of no interest. */
  begin<Q>(method: string, request: Codec<unknown, Q>, init: Q): grpc.ClientUnaryCall {
    const bytes = Buffer.from(request.encode(init).finish());
    const same = (each: Buffer) => each;
    return this.#client.makeUnaryRequest(pathOf(method), same, same, bytes, () => {});
  }

  /** Sends these bytes as a request; the bytes of the answer. */
  bytes(method: string, bytes: Uint8Array, options: Options = {}): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest<Buffer, Buffer>(
        pathOf(method),
        (each) => each,
        (each) => each,
        Buffer.from(bytes),
        metadataOf(options),
        callOptions(options),
        (error, answer) => error ? reject(new CallFailed(endingOf(error))) : resolve(answer!),
      );
    });
  }

  async #unary<Q, R>(
    method: string,
    request: Codec<unknown, Q>,
    response: Codec<R, never>,
    init: Q,
    options?: Options,
  ): Promise<R> {
    const answer = this.bytes(method, request.encode(init).finish(), options);
    return response.decode(await within(answer, `the answer of ${method}`));
  }

  #stream<Q, R>(
    method: string,
    request: Codec<unknown, Q>,
    response: Codec<R, never>,
    init: Q,
    options: Options = {},
  ): GrpcStream<R, never> {
    const call = this.#client.makeServerStreamRequest<Buffer, Buffer>(
      pathOf(method),
      (each) => each,
      (each) => each,
      Buffer.from(request.encode(init).finish()),
      metadataOf(options),
      callOptions(options),
    );
    return new GrpcStream(call, (bytes) => response.decode(bytes));
  }

  #bidi<R, Q>(
    path: string,
    response: Codec<R, never>,
    request: Codec<unknown, Q>,
    options: Options = {},
  ): GrpcStream<R, Q> {
    const call = this.#client.makeBidiStreamRequest<Buffer, Buffer>(
      path,
      (each) => each,
      (each) => each,
      metadataOf(options),
      callOptions(options),
    );
    const encode = (init: Q) => Buffer.from(request.encode(init).finish());
    return new GrpcStream<R, Q>(call, (bytes) => response.decode(bytes), encode);
  }
}

function pathOf(method: string): string {
  return method.startsWith("/") ? method : `/gomcp.v1.ToolService/${method}`;
}

function metadataOf({ metadata = {} }: Options): grpc.Metadata {
  const made = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata)) {
    for (const each of [value].flat()) made.add(name, each);
  }
  return made;
}

function callOptions({ deadlineMs }: Options): grpc.CallOptions {
  return deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** How a call ends that must fail. */
export async function failure(promise: Promise<unknown>): Promise<Ending> {
  const outcome = await promise.then((value) => ({ value }), (error: unknown) => ({ error }));
  if (!("error" in outcome)) {
    throw new Error(`The call was expected to fail, it gave ${JSON.stringify(outcome.value)}`);
  }
  if (outcome.error instanceof CallFailed) return outcome.error.ending;
  throw outcome.error;
}
