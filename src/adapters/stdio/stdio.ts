/** MCP over standard input and output: one message a line, both eras, nothing else on stdout. */
import { describeThrown } from "../../base/errors.ts";
import { parseMessage } from "../../base/json_depth.ts";
import { formatSize } from "../../base/size.ts";
import { LIMITS } from "../../base/limits.ts";
import { BATCH_VERSION, takesBatches } from "../../protocol/legacy.ts";
import {
  clip,
  errorText,
  invalidRequest,
  parseError,
  readEnvelope,
  type RpcError,
  type RpcMessage,
} from "../../protocol/jsonrpc.ts";
import type { Access } from "../../pipeline/access.ts";
import type { AdapterName, ClientInfo } from "../../pipeline/call.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { legacyListener } from "../mcp/legacy_events.ts";
import { receiveBatch } from "../mcp/batch.ts";
import { receive } from "../mcp/endpoint.ts";
import { type Exchange, Peer } from "../mcp/peer.ts";
import type { Answer } from "../mcp/request.ts";
import { LineReader } from "./line_reader.ts";
import { type ByteWriter, Output } from "./output.ts";

/** Where bytes come from; `Deno.stdin` is one. */
export interface ByteReader {
  /** Fills `into` from its beginning; gives the count of bytes, or null at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

/** The streams of a conversation, and when it ends. */
export interface StdioOptions {
  /** Where messages come from, such as `Deno.stdin`. */
  readonly input: ByteReader;
  /** Where messages go, such as `Deno.stdout`. */
  readonly output: ByteWriter;
  /** Ends the reading, as the end of the input does. */
  readonly signal?: AbortSignal;
  /** Who the client is. @default anybody; the `default` tenant where there are tenants */
  readonly access?: Access | undefined;
  /** How long open calls may take after the end of the input. @default 30_000 */
  readonly drainTimeoutMs?: number;
}

/** The same conversation on a stream that is none of stdio's. */
export interface ConversationOptions extends StdioOptions {
  /** What it came in by. @default "stdio" */
  readonly adapter?: AdapterName;
  /** What its connection shows of the client. @default nothing */
  readonly connection?: ClientInfo;
  /** Resolves when the client has gone, though its input may have ended well; calls are stopped then. */
  readonly gone?: Promise<unknown>;
  /** Says why a request may not come by this stream, beside what its era says. @default all may */
  readonly check?: ((message: RpcMessage) => RpcError | undefined) | undefined;
}

/** Why the conversation ended. */
export type StdioEnd = "end_of_input" | "client_lost" | "stopped";

const CHUNK_BYTES = 64 * 1024;
const LATE = "The server stopped before the call had ended";

/**
 * Serves one client until its input ends, it is lost, or the signal aborts. Resolves when
 * the open calls have their answers and these are written; those that take longer than
 * `drainTimeoutMs` are stopped, and so are all when the client is lost.
 */
export function serveStdio(runtime: Runtime, options: StdioOptions): Promise<StdioEnd> {
  return serveConversation(runtime, options);
}

/** As `serveStdio`, by any pair of byte streams. */
export async function serveConversation(
  runtime: Runtime,
  options: ConversationOptions,
): Promise<StdioEnd> {
  const conversation = new Conversation(runtime, options);
  const { signal } = options;
  const stop = () => conversation.end("stopped");
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  options.gone?.then(() => conversation.lose("it has left"));
  try {
    return await conversation.run(options.input, options.drainTimeoutMs ?? 30_000);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

class Conversation {
  readonly #runtime: Runtime;
  readonly #peer: Peer;
  readonly #output: Output;
  readonly #exchange: Exchange & { arrivedMs: number | undefined };
  readonly #check: ConversationOptions["check"];
  readonly #ended = Promise.withResolvers<StdioEnd>();
  #isEnded = false;
  /** Lines of the last chunk that came while the client was behind. */
  readonly #held: string[] = [];
  /** Answers that are still to come. */
  #pending = 0;
  readonly #idle = Promise.withResolvers<void>();

  constructor(runtime: Runtime, options: ConversationOptions) {
    const { output, access, adapter = "stdio", connection } = options;
    this.#runtime = runtime;
    this.#check = options.check;
    this.#peer = new Peer(adapter, connection ?? { access });
    this.#output = new Output(output, {
      clock: runtime.clock,
      onLost: (why) => this.lose(why),
    });
    this.#exchange = {
      arrivedMs: undefined,
      notify: (text) => this.#output.notify(text),
      request: (text) => {
        this.#output.send(text);
        return true;
      },
    };
  }

  async run(input: ByteReader, drainTimeoutMs: number): Promise<StdioEnd> {
    const { events } = this.#runtime;
    const listener = legacyListener(
      this.#runtime,
      this.#peer,
      (text) => this.#output.notify(text),
      () => {},
    );
    events.add(listener);
    try {
      return await this.#converse(input, drainTimeoutMs);
    } finally {
      events.delete(listener);
    }
  }

  async #converse(input: ByteReader, drainTimeoutMs: number): Promise<StdioEnd> {
    this.#read(input).catch((error) => this.lose(describeThrown(error)));
    const end = await this.#ended.promise;
    if (end === "client_lost") return end;
    this.#peer.endInput();
    if (this.#pending > 0) {
      const cancel = this.#runtime.clock.after(drainTimeoutMs, () => this.#peer.stopAll(LATE));
      await this.#idle.promise;
      cancel();
    }
    await this.#output.drained();
    return end;
  }

  /** Takes no more messages; the first reason counts. */
  end(why: StdioEnd): void {
    this.#isEnded = true;
    this.#ended.resolve(why);
  }

  async #read(input: ByteReader): Promise<void> {
    const lines = new LineReader({
      onLine: (line) => this.#hold(line),
      onTooLong: () => this.#refuseLine(),
    }, LIMITS.messageBytesMax);
    const chunk = new Uint8Array(CHUNK_BYTES);
    while (!this.#isEnded) {
      const length = await input.read(chunk);
      if (this.#isEnded) return;
      if (length === null) {
        lines.end();
        await this.#catchUp();
        return this.end("end_of_input");
      }
      // What has come in one piece has come at one time: to read the clock for each costs more than a check.
      this.#exchange.arrivedMs = this.#runtime.clock.now();
      lines.push(chunk.subarray(0, length));
      await this.#catchUp();
    }
  }

  /** A client that does not read its answers is not read either: its lines wait. */
  #hold(line: string): void {
    if (this.#held.length > 0 || this.#isBehind()) this.#held.push(line);
    else this.#take(line);
  }

  async #catchUp(): Promise<void> {
    while (this.#isBehind() && !this.#isEnded) {
      await this.#output.drained();
      // What waited for its own client to read comes now.
      this.#exchange.arrivedMs = this.#runtime.clock.now();
      const held = this.#held.splice(0);
      for (const line of held) this.#hold(line);
    }
  }

  #isBehind(): boolean {
    return this.#output.backlog > LIMITS.outputSoftBytesMax;
  }

  #take(line: string): void {
    if (line === "" || line === "\r") return;
    let value: unknown;
    try {
      value = parseMessage(line);
    } catch (error) {
      return this.#send(errorText(undefined, parseError(`Cannot parse line: ${reason(error)}`)));
    }
    if (Array.isArray(value)) return this.#deliver(this.#takeBatch(value));
    const envelope = readEnvelope(value);
    if (envelope.kind === "message") {
      const { message } = envelope;
      const error = message.id === undefined ? undefined : this.#check?.(message);
      if (error !== undefined) return this.#send(errorText(message.id, error));
      this.#deliver(receive(this.#runtime, message, this.#peer, this.#exchange));
    } else if (envelope.kind === "response") {
      this.#peer.questions.take(envelope.message);
    } else {
      this.#send(errorText(envelope.id, envelope.error));
    }
  }

  #takeBatch(values: unknown[]): Answer | Promise<Answer> {
    if (!takesBatches(this.#peer.version)) {
      const text = `Cannot take batch: only clients of ${BATCH_VERSION} may send one`;
      return errorText(undefined, invalidRequest(text));
    }
    return receiveBatch(this.#runtime, values, this.#peer, this.#exchange);
  }

  #deliver(answer: Answer | Promise<Answer>): void {
    if (!(answer instanceof Promise)) return this.#send(answer);
    this.#pending++;
    answer.then((text) => {
      this.#send(text);
      this.#pending--;
      if (this.#isEnded && this.#pending === 0) this.#idle.resolve();
    });
  }

  #send(answer: Answer): void {
    if (answer !== undefined) this.#output.send(answer);
  }

  #refuseLine(): void {
    const max = formatSize(LIMITS.messageBytesMax);
    const text = `Cannot take line: it is longer than ${max}, the limit of a message`;
    this.#send(
      errorText(
        undefined,
        invalidRequest(text, { code: "too_large", limit: LIMITS.messageBytesMax }),
      ),
    );
  }

  /** The client of stdio is the only one; of others, one more or less is nothing to worry about. */
  #tellLost(why: string): void {
    const { adapter } = this.#peer;
    const level = adapter === "stdio" ? "warn" : "debug";
    this.#runtime.log[level](`${adapter} client lost`, { why });
  }

  /** There is nobody to answer any more. */
  lose(why: string): void {
    if (!this.#isEnded) this.#tellLost(why);
    this.end("client_lost");
    this.#idle.resolve();
    this.#peer.stopAll("The client is gone");
  }
}

function reason(error: unknown): string {
  return clip(describeThrown(error), 200);
}
