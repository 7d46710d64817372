/** One connection of gRPC: who is at its other end, and how much waits for it to be read. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";

/** What a client's certificate says. */
export interface ClientCertificate {
  /** Its names, the most telling one first; for logs. */
  readonly names: readonly string[];
  /** The tenant that it is good for, and by which name; undefined for none. */
  readonly grant: { readonly tenant: string; readonly name: string } | undefined;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined where there is none, as over a Unix socket. */
  readonly address: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** Ends it at once. */
  readonly destroy: () => void;
}

/**
 * Answers that a client does not read stay in memory, whatever HTTP/2 allows it to have open. So what
 * is under way is counted over all of its streams: a client that takes nothing for a while, or has too
 * much waiting and takes nothing for a moment, is disconnected.
 */
export class Connection {
  readonly address: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  readonly #options: ConnectionOptions;
  #waiting = 0;
  /** Bytes taken in all, to tell a slow client from one that does not read. */
  #taken = 0;
  #cancelWatch: CancelTimer | undefined;
  #watchesHard = false;

  constructor(options: ConnectionOptions) {
    this.address = options.address;
    this.certificate = options.certificate;
    this.#options = options;
  }

  /** Bytes that the client has not taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** So many bytes are on their way; call what comes back when they are gone. */
  send(bytes: number): () => void {
    this.#waiting += bytes;
    this.#watch();
    let isTaken = false;
    return () => {
      if (isTaken) return;
      isTaken = true;
      this.#waiting -= bytes;
      this.#taken += bytes;
      if (this.#waiting === 0) this.close();
    };
  }

  /** The connection has ended. */
  close(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
  }

  #watch(): void {
    const isHard = this.#waiting > LIMITS.outputHardBytesMax;
    if (this.#cancelWatch !== undefined && (this.#watchesHard || !isHard)) return;
    this.close();
    this.#watchesHard = isHard;
    const taken = this.#taken;
    const ms = isHard ? LIMITS.outputGraceMs : LIMITS.outputStallMs;
    this.#cancelWatch = this.#options.clock.after(ms, () => {
      this.#cancelWatch = undefined;
      if (this.#waiting === 0) return;
      if (this.#taken !== taken) return this.#watch();
      const { log, address, destroy } = this.#options;
      log.warn("gRPC client does not read its answers", { address, waiting: this.#waiting });
      destroy();
    });
  }
}
