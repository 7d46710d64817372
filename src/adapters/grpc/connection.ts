/** One connection of gRPC, or of HTTP with clients' certificates: who is at its other end, and how much waits for it to be read. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import type { ClientCertificate } from "../tls/client_certificate.ts";

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Network address of the client. */
  readonly address: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** Bytes that the socket has written since it is there. */
  readonly bytesWritten: () => number;
  /** Ends it at once. */
  readonly destroy: () => void;
}

/** So many bytes may be handed over before it is looked what became of them. */
const LOOK_BYTES = 256 * 1024;
/** How often it is looked while somebody waits. */
const LOOK_MS = 10;

/**
 * Deno takes whatever is written to a stream of HTTP/2, and says that it is done, long before the
 * client's window lets it go out. Only the socket's count of bytes tells what the client has read. So
 * what is under way is counted here, for all streams of the connection: handed over, less what has gone
 * out since nothing was under way. What HTTP/2 adds makes it a little less than it is.
 */
export class Connection {
  readonly address: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  readonly #options: ConnectionOptions;
  /** Bytes handed over, and the socket's count, since nothing was under way. */
  #handed = 0;
  #base: number;
  #cancelWatch: CancelTimer | undefined;
  #cancelLook: CancelTimer | undefined;
  readonly #waiting = new Set<{ readonly bytes: number; readonly resolve: () => void }>();
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.address = options.address;
    this.certificate = options.certificate;
    this.#options = options;
    this.#base = options.bytesWritten();
  }

  /** Bytes that the client has not taken yet. */
  get unread(): number {
    if (this.#handed === 0) return 0;
    const gone = this.#options.bytesWritten() - this.#base;
    if (gone < this.#handed) return this.#handed - gone;
    this.#base += gone;
    this.#handed = 0;
    return 0;
  }

  /** The client is behind: what can be left out is. */
  get isBehind(): boolean {
    return this.#handed > LIMITS.outputSoftBytesMax && this.unread > LIMITS.outputSoftBytesMax;
  }

  /** Nothing more fits. */
  get isFull(): boolean {
    return this.#handed > LIMITS.outputHardBytesMax && this.unread > LIMITS.outputHardBytesMax;
  }

  /** So many bytes were handed over. */
  sent(bytes: number): void {
    this.#handed += bytes;
    if (this.#handed > LOOK_BYTES && this.#cancelWatch === undefined && this.unread > 0) {
      this.#watch();
    }
  }

  /** Resolves when no more than `bytes` are unread, or the connection has ended. */
  below(bytes: number): Promise<void> {
    if (this.#isClosed || this.unread <= bytes) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add({ bytes, resolve });
      this.#look();
    });
  }

  /** The connection has ended. */
  close(): void {
    this.#isClosed = true;
    this.#cancelWatch?.();
    this.#cancelLook?.();
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Nobody tells when bytes have gone out. */
  #look(): void {
    this.#cancelLook ??= this.#options.clock.after(LOOK_MS, () => {
      this.#cancelLook = undefined;
      const { unread } = this;
      for (const each of this.#waiting) {
        if (unread > each.bytes) continue;
        this.#waiting.delete(each);
        each.resolve();
      }
      if (this.#waiting.size > 0) this.#look();
    });
  }

  /** A client that takes nothing for a while is disconnected. */
  #watch(): void {
    if (this.#isClosed) return;
    const { clock, bytesWritten, log, address, destroy } = this.#options;
    const before = bytesWritten();
    this.#cancelWatch = clock.after(LIMITS.outputStallMs, () => {
      this.#cancelWatch = undefined;
      const { unread } = this;
      if (unread <= LOOK_BYTES) return;
      if (bytesWritten() !== before) return this.#watch();
      log.warn("gRPC client does not read its answers", { address, unread });
      destroy();
    });
  }
}
