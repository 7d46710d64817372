/** Messages on their way to a client: bounded, and no faster than it reads. */
import type { ServerDuplexStream, ServerWritableStream } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { LIMITS } from "../../base/limits.ts";
import type { Turn } from "./turn.ts";

type Writable = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

export class StreamWriter {
  readonly #call: Writable;
  readonly #turn: Turn;

  constructor(call: Writable, turn: Turn) {
    this.#call = call;
    this.#turn = turn;
  }

  /** True when the client has left, or its deadline has passed. */
  get isGone(): boolean {
    return this.#call.destroyed || this.#call.cancelled;
  }

  /** True while the client reads more slowly than it is told: what can be left out should be. */
  get isBehind(): boolean {
    return this.#turn.connection?.isBehind === true;
  }

  /** Never left out; whoever sends much waits for `ready` between. */
  send(bytes: Uint8Array): void {
    if (this.isGone) return;
    this.#turn.connection?.sent(bytes.length);
    // The serializer makes it a Buffer.
    this.#call.write(bytes as Buffer);
  }

  /** Resolves when the client is not behind, or gone. */
  ready(): Promise<void> {
    return this.#below(LIMITS.outputSoftBytesMax);
  }

  /** Resolves when the client has read everything, or is gone. */
  idle(): Promise<void> {
    return this.#below(0);
  }

  #below(bytes: number): Promise<void> {
    const { connection } = this.#turn;
    if (connection === undefined || this.isGone) return Promise.resolve();
    return Promise.race([connection.below(bytes), this.#turn.ended]);
  }
}
