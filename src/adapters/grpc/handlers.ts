/**
 * What grpc-js calls, made of what answers: the caller is found, the request read, the answer or the
 * problem sent. Nothing is thrown here: grpc-js would end the process for a rejection.
 */
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { describeThrown, isGomcpError, type Problem, stackOf } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { Caller, findCaller } from "./caller.ts";
import type { Connection } from "./connection.ts";
import { serviceError } from "./status.ts";
import { StreamWriter } from "./stream_writer.ts";
import { lateProblem, Turn, type WireCall } from "./turn.ts";

/** What all handlers of one server share. */
export interface Service {
  readonly runtime: Runtime;
  /** Whether calls without credentials are the `default` tenant's. */
  readonly anonymous: boolean;
  /** Serves callers without asking who they are. @default false */
  readonly isOpen?: boolean;
  /** The connection of a call, by `getPeer()`. */
  readonly connectionOf: (peer: string) => Connection | undefined;
  /** Aborts when streams are to end that would not end by themselves. */
  readonly stopping: AbortSignal;
}

/** The bytes of an answer with what is told beside it, or why there is none. */
export type Answer = Uint8Array | Told | Problem;

/** An answer with metadata that follow it. */
export interface Told {
  readonly bytes: Uint8Array;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Reads a request; throws for bytes that are none. */
type Decode<Q> = (bytes: Uint8Array) => Q;

/** A method with one answer. */
export function unary<Q>(
  service: Service,
  decode: Decode<Q>,
  answer: (request: Q, turn: Turn) => Answer | Promise<Answer>,
): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    begin(service, call, (turn) => {
      const request = read(decode, call.request);
      if ("problem" in request) return finish(undefined, callback, request.problem);
      const given = answer(request.value, turn);
      if (!(given instanceof Promise)) return finish(turn, callback, given);
      return given.then((settled) => finish(turn, callback, settled));
    }, (problem) => finish(undefined, callback, problem));
  };
}

/** A method that answers by a stream; it ends when `run` does. */
export function serverStream<Q>(
  service: Service,
  decode: Decode<Q>,
  run: (request: Q, turn: Turn, writer: StreamWriter) => Promise<Problem | undefined>,
): handleServerStreamingCall<Buffer, Buffer> {
  return (call) => {
    begin(service, call, async (turn) => {
      const request = read(decode, call.request);
      if ("problem" in request) return endStream(call, request.problem);
      const writer = new StreamWriter(call, turn);
      const problem = await run(request.value, turn, writer);
      turn.answered = true;
      endStream(call, problem);
    }, (problem) => endStream(call, problem));
  };
}

/** A method of a stream each way; it ends when `run` does. */
export function bidiStream(
  service: Service,
  run: (call: ServerDuplexStream<Buffer, Buffer>, turn: Turn) => Promise<Problem | undefined>,
): handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => {
    begin(service, call, async (turn) => {
      const problem = await run(call, turn);
      turn.answered = true;
      endStream(call, problem);
    }, (problem) => endStream(call, problem));
  };
}

type AnyCall = WireCall & { readonly metadata: Metadata; getPath(): string };

/** Finds the caller and goes on, without a promise where none is needed. */
function begin(
  service: Service,
  call: AnyCall,
  next: (turn: Turn) => void | Promise<void>,
  refuse: (problem: Problem) => void,
): void {
  const failed = (thrown: unknown) => refuse(faultProblem(service.runtime, thrown));
  const go = (caller: Caller | Problem): void | Promise<void> => {
    if ("code" in caller) {
      service.runtime.recordLogin?.({
        adapter: "grpc",
        client: new Caller(connection?.address),
        target: call.getPath(),
        problem: caller,
      });
      return refuse(caller);
    }
    if (connection?.isFull === true) return refuse(UNREAD);
    const turn = new Turn(service, call, caller, connection);
    return turn.isLate ? refuse(lateProblem()) : next(turn);
  };
  const connection = service.connectionOf(call.getPeer());
  try {
    const caller = service.isOpen === true
      ? new Caller(connection?.address)
      : findCaller(service.runtime, call.metadata, connection, service);
    const going = caller instanceof Promise ? caller.then(go) : go(caller);
    if (going instanceof Promise) going.catch(failed);
  } catch (thrown) {
    failed(thrown);
  }
}

function read<Q>(
  decode: Decode<Q>,
  bytes: Uint8Array,
): { readonly value: Q } | { readonly problem: Problem } {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    const detail = `Cannot read request: ${clip(describeThrown(error))}`;
    return { problem: { code: "parse_error", detail } };
  }
}

function finish(turn: Turn | undefined, callback: sendUnaryData<Buffer>, answer: Answer): void {
  if (turn !== undefined) turn.answered = true;
  if ("code" in answer) return callback(serviceError(answer));
  const bytes = "bytes" in answer ? answer.bytes : answer;
  if (turn?.connection?.isFull === true) return callback(serviceError(UNREAD));
  turn?.connection?.sent(bytes.length);
  callback(null, bytes as Buffer, "bytes" in answer ? metadataOf(answer.trailers) : undefined);
}

const UNREAD: Problem = {
  code: "overloaded",
  detail: "Cannot answer: the client does not read the answers that it has",
  limit: LIMITS.outputHardBytesMax,
  remaining: 0,
};

export function metadataOf(fields: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(fields)) metadata.set(name, value);
  return metadata;
}

type Writable = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

function endStream(call: Writable, problem: Problem | undefined): void {
  // A stream that the client has left is destroyed already, and takes neither.
  if (call.destroyed) return;
  if (problem === undefined) call.end();
  else call.emit("error", serviceError(problem));
}

/** A fault of gomcp's own: the client gets an answer, the log the rest. */
function faultProblem({ log }: Runtime, thrown: unknown): Problem {
  if (isGomcpError(thrown) && thrown.code !== "internal") return thrown.problem;
  const incident = crypto.randomUUID();
  log.error("internal error", { incident, error: describeThrown(thrown), stack: stackOf(thrown) });
  const detail = `Internal error; the server's log has it as ${incident}`;
  return { code: "internal", detail, incident };
}
