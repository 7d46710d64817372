/** Messages on their way to a client: bounded, and no faster than it reads. */
import type { ServerDuplexStream, ServerWritableStream } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { LIMITS } from "../../base/limits.ts";
import type { Turn } from "./turn.ts";

type Writable = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

export class StreamWriter {
  readonly #call: Writable;
  readonly #turn: Turn;
  #waiting = 0;
  #dropped = 0;
  readonly #drained: { readonly bytes: number; readonly resolve: () => void }[] = [];
  /** Told when a message is gone, one way or the other. */
  readonly #taken = new Set<() => void>();

  constructor(call: Writable, turn: Turn) {
    this.#call = call;
    this.#turn = turn;
    turn.onEnd(() => {
      for (const taken of this.#taken) taken();
      this.#taken.clear();
      this.#wake();
    });
  }

  /** Messages that the client was too slow for. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when the client has left, or its deadline has passed. */
  get isGone(): boolean {
    return this.#call.destroyed || this.#call.cancelled;
  }

  /** Never dropped; whoever sends much waits for `ready` between. */
  send(bytes: Uint8Array): void {
    if (this.isGone) return;
    this.#waiting += bytes.length;
    const taken = this.#turn.connection?.send(bytes.length);
    if (taken !== undefined) this.#taken.add(taken);
    // The serializer makes it a Buffer.
    this.#call.write(bytes as Buffer, () => {
      this.#waiting -= bytes.length;
      if (taken !== undefined && this.#taken.delete(taken)) taken();
      this.#wake();
    });
  }

  /** Dropped when the client is behind. */
  notify(bytes: Uint8Array): void {
    if (this.#waiting > LIMITS.outputSoftBytesMax) this.#dropped++;
    else this.send(bytes);
  }

  /** Resolves when the client is not behind, or gone. */
  ready(): Promise<void> {
    return this.#below(LIMITS.outputSoftBytesMax);
  }

  /** Resolves when all is taken, or the client gone. */
  idle(): Promise<void> {
    return this.#below(0);
  }

  #below(bytes: number): Promise<void> {
    if (this.#waiting <= bytes || this.isGone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push({ bytes, resolve });
    });
  }

  #wake(): void {
    for (const each of this.#drained.splice(0)) {
      if (this.#waiting <= each.bytes || this.isGone) each.resolve();
      else this.#drained.push(each);
    }
  }
}
