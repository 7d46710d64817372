/** A legacy event stream that outlives its connection (2025-11-25, transports: resumability). */
import type { Clock } from "../../base/clock.ts";
import { EventStream, type Outgoing } from "./event_stream.ts";
import { ReplayLog, type ReplayStore } from "./replay_store.ts";

/** How long clients are told to wait before they come back. */
const RETRY_MS = 1_000;

export interface ResumableOptions {
  readonly clock: Clock;
  readonly store: ReplayStore;
  /** What its event ids begin with: no two streams of a session have the same. */
  readonly name: string;
  /** Whether the client knows events without data, which came with 2025-11-25. */
  readonly primes: boolean;
  /** Told each time the client is gone. */
  readonly onDisconnect?: () => void;
}

export class ResumableStream implements Outgoing {
  readonly response: Response;
  readonly #options: ResumableOptions;
  readonly #log: ReplayLog;
  #connection: EventStream | undefined;
  #endedMs: number | undefined;

  constructor(options: ResumableOptions) {
    this.#options = options;
    this.#log = new ReplayLog(options.store);
    this.response = this.connect(0);
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** When the last message was sent; undefined while more may come. */
  get endedMs(): number | undefined {
    return this.#endedMs;
  }

  /** The number of the newest event. */
  get lastSeq(): number {
    return this.#log.lastSeq;
  }

  /** A new connection, which takes the place of the old one: first what came after `seq`, then what comes. */
  connect(seq: number): Response {
    const { clock, primes, onDisconnect } = this.#options;
    this.#connection?.close();
    const connection = new EventStream({
      clock,
      onLost: () => {
        if (this.#connection !== connection) return;
        this.#connection = undefined;
        onDisconnect?.();
      },
    });
    this.#connection = connection;
    if (primes) connection.prime(this.#id(seq), RETRY_MS);
    for (const event of this.#log.after(seq)) connection.send(event.text, this.#id(event.seq));
    if (this.#endedMs !== undefined) connection.close();
    return connection.response;
  }

  notify(text: string): void {
    if (this.#connection?.isBehind !== true) this.send(text);
  }

  send(text: string): void {
    const seq = this.#log.add(text);
    this.#connection?.send(text, this.#id(seq));
  }

  comment(): void {
    this.#connection?.comment();
  }

  close(): void {
    this.#endedMs ??= this.#options.clock.wall();
    this.#connection?.close();
  }

  /** Ends the connection, not the stream: the client is expected back. */
  disconnect(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  /** Nobody may come back any more. */
  forget(): void {
    this.close();
    this.#log.forgetAll();
  }

  #id(seq: number): string {
    return `${this.#options.name}-${seq}`;
  }
}
