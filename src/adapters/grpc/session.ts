/**
 * McpService: a conversation of MCP on a stream of frames, by the same code as over stdio. What goes
 * between is bytes: a frame's messages become lines, and lines become frames.
 */
import { Metadata, type ServerDuplexStream } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { describeThrown, type Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { eraOf } from "../../protocol/eras.ts";
import { VERSION_KEY } from "../../protocol/modern.ts";
import { mismatch } from "../../protocol/header_values.ts";
import { clip, type RpcError, type RpcMessage } from "../../protocol/jsonrpc.ts";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import { LEGACY_VERSIONS, MODERN_VERSIONS } from "../../protocol/versions.ts";
import { type ByteReader, serveConversation } from "../stdio/stdio.ts";
import type { ByteWriter } from "../stdio/output.ts";
import { StreamWriter } from "./stream_writer.ts";
import { STOPPING, type Turn } from "./turn.ts";

const { Frame } = gomcp.v1;
/** So much is taken from the stream ahead of who reads it, and the rest of a frame. */
const AHEAD_BYTES_MAX = 64 * 1024;
const NEWLINE = 0x0a;
const BLANK = 0x20;

type Stream = ServerDuplexStream<Buffer, Buffer>;

/** Serves one conversation, until its client ends it or the server stops. */
export async function session(stream: Stream, turn: Turn): Promise<Problem | undefined> {
  const { runtime, caller, stopping: signal } = turn;
  const versions = new Metadata();
  versions.set("mcp-protocol-versions", [...MODERN_VERSIONS, ...LEGACY_VERSIONS].join(","));
  stream.sendMetadata(versions);
  const input = new FrameReader(stream);
  const end = await serveConversation(runtime, {
    input,
    output: new FrameWriter(new StreamWriter(stream, turn)),
    signal,
    access: caller.access,
    connection: caller,
    adapter: "grpc",
    gone: turn.ended,
    check: mirrorCheck(stream.metadata),
  });
  if (input.fault !== undefined) return input.fault;
  return end === "stopped" ? STOPPING : undefined;
}

/** Metadata hold for every modern request of the stream; undefined where there are none. */
function mirrorCheck(
  metadata: Metadata,
): ((message: RpcMessage) => RpcError | undefined) | undefined {
  const of = (name: string) => metadata.get(name)[0]?.toString() ?? null;
  const [version, method, name] = [of("mcp-protocol-version"), of("mcp-method"), of("mcp-name")];
  if (version === null && method === null && name === null) return undefined;
  return (message) => {
    if (eraOf(message).name === "legacy") return undefined;
    const params = message.params ?? {};
    const meta = params._meta as Record<string, unknown> | undefined;
    return (version === null
      ? undefined
      : mismatch("mcp-protocol-version", version, meta?.[VERSION_KEY])) ??
      (method === null ? undefined : mismatch("mcp-method", method, message.method)) ??
      (name === null ? undefined : mismatch("mcp-name", name, params.name ?? params.uri));
  };
}

/** The messages of frames as lines. A client that is not read waits, by HTTP/2's flow control. */
class FrameReader implements ByteReader {
  /** Why the stream cannot be read any more. */
  fault: Problem | undefined;
  readonly #stream: Stream;
  /** Lines that were not fetched yet, each with the newline behind it. */
  #lines: Uint8Array[] = [];
  #at = 0;
  #waiting: PromiseWithResolvers<number | null> | undefined;
  #into: Uint8Array | undefined;
  #queuedBytes = 0;
  #isWaking = false;
  #isEnded = false;

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.on("data", (bytes: Buffer) => this.#take(bytes));
    stream.on("end", () => this.#end());
    stream.on("close", () => this.#end());
  }

  read(into: Uint8Array): Promise<number | null> {
    const length = this.#fill(into);
    if (length > 0) return Promise.resolve(length);
    this.#into = into;
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    if (this.#isEnded) this.#wake();
    return promise;
  }

  #take(bytes: Buffer): void {
    try {
      for (const message of Frame.decode(bytes).messages) this.#queue(asLine(message));
    } catch (error) {
      const detail = `Cannot read frame: ${clip(describeThrown(error))}`;
      this.fault ??= { code: "parse_error", detail };
      return this.#end();
    }
    if (this.#queuedBytes >= AHEAD_BYTES_MAX) this.#stream.pause();
    this.#wakeLater();
  }

  #queue(line: Uint8Array): void {
    this.#lines.push(line);
    this.#queuedBytes += line.length;
  }

  /** Frames that come in one turn of the event loop are read as one: that is half of what each would cost. */
  #wakeLater(): void {
    if (this.#isWaking || this.#waiting === undefined) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      this.#wake();
    });
  }

  #end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const length = this.#fill(this.#into!);
    if (length === 0 && !this.#isEnded) return;
    this.#waiting = undefined;
    waiting.resolve(length > 0 ? length : null);
  }

  #fill(into: Uint8Array): number {
    let filled = 0;
    let index = 0;
    while (index < this.#lines.length && filled < into.length) {
      const line = this.#lines[index]!;
      const part = line.subarray(this.#at, this.#at + into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.#at += part.length;
      if (this.#at < line.length) break;
      this.#at = 0;
      index++;
    }
    if (index > 0) this.#lines.splice(0, index);
    this.#queuedBytes -= filled;
    if (this.#queuedBytes < AHEAD_BYTES_MAX && this.#stream.isPaused()) this.#stream.resume();
    return filled;
  }
}

/** Between the tokens of JSON a newline is as good as a blank, and within them there is none. */
function asLine(message: Uint8Array): Uint8Array {
  const line = new Uint8Array(message.length + 1);
  line.set(message);
  for (let at = line.indexOf(NEWLINE); at >= 0; at = line.indexOf(NEWLINE, at + 1)) {
    line[at] = BLANK;
  }
  line[message.length] = NEWLINE;
  return line;
}

/** Lines as frames: as many messages in one as were ready, up to a bound. */
class FrameWriter implements ByteWriter {
  readonly #writer: StreamWriter;

  constructor(writer: StreamWriter) {
    this.#writer = writer;
  }

  /** Takes whole lines only, and at least one; resolves when the client has room for more. */
  async write(bytes: Uint8Array): Promise<number> {
    const messages: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length && (at === 0 || at < LIMITS.grpcFrameBytesMax)) {
      const end = bytes.indexOf(NEWLINE, at);
      messages.push(bytes.subarray(at, end));
      at = end + 1;
    }
    this.#writer.send(Frame.encode({ messages }).finish());
    if (this.#writer.isBehind) await this.#writer.ready();
    if (this.#writer.isGone) throw new Error("the client is gone");
    return at;
  }
}
