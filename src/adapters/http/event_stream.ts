/** A response of server-sent events: notifications, then the answer. Bounded when nobody reads. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { pieces } from "./guarded_body.ts";

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;

export interface EventStreamOptions {
  readonly clock: Clock;
  /** The client has gone, or reads no more. */
  readonly onLost: () => void;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where the messages of one request go, ahead of its answer and with it. */
export interface Outgoing {
  readonly response: Response;
  /** A notification: dropped when the client is behind. */
  notify(text: string): void;
  /** A message that must not be lost while the client reads at all. */
  send(text: string): void;
  /** A line that clients skip; it shows proxies that the connection lives. */
  comment(): void;
  /** Ends the stream after what was sent. */
  close(): void;
}

export class EventStream implements Outgoing {
  readonly response: Response;
  readonly #options: EventStreamOptions;
  readonly #encoder = new TextEncoder();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #closed = false;
  #sentBytes = 0;
  #cancelWatch: CancelTimer | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      // With a high-water mark of 0 this is asked only when all that was sent has been read.
      pull: (controller) => {
        this.#unwatch();
        if (this.#closed) controller.close();
      },
      cancel: () => this.#lose(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
    this.response = new Response(body, { headers: { ...HEADERS, ...options.headers } });
  }

  /** True while a notification would be dropped. */
  get isBehind(): boolean {
    return this.#backlog >= LIMITS.outputSoftBytesMax;
  }

  notify(text: string): void {
    if (!this.isBehind) this.send(text);
  }

  /** With an `id`, a client that was cut off can tell what it has seen. */
  send(text: string, id?: string): void {
    this.#event(id === undefined ? "" : `id: ${id}\n`, "message", text);
  }

  /** An event of another name than "message"; `data` is one line. */
  sendAs(name: string, data: string): void {
    this.#event("", name, data);
  }

  /** Tells where the client stands before it has seen anything, and when to come back (2025-11-25). */
  prime(id: string, retryMs: number): void {
    this.#write(`id: ${id}\nretry: ${retryMs}\ndata: \n\n`);
  }

  /** JSON text holds no raw newline, so one data field carries it (HTML, server-sent events). */
  #event(head: string, name: string, data: string): void {
    this.#write(`${head}event: ${name}\ndata: ${data}\n\n`);
  }

  #write(frame: string): void {
    if (this.#closed) return;
    const bytes = this.#encoder.encode(frame);
    this.#sentBytes += bytes.length;
    for (const piece of pieces(bytes)) this.#controller.enqueue(piece);
    if (this.#backlog > LIMITS.outputHardBytesMax) this.#lose();
    else if (this.#backlog > 0) this.#watch();
  }

  comment(): void {
    if (this.#closed || this.#backlog > 0) return;
    const bytes = this.#encoder.encode(": keep-alive\n\n");
    this.#sentBytes += bytes.length;
    this.#controller.enqueue(bytes);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // What was not read yet stays under watch until `pull` is asked for more.
    if (this.#backlog > 0) return;
    this.#unwatch();
    this.#controller.close();
  }

  /** Bytes that were sent and not read. */
  get #backlog(): number {
    return -(this.#controller.desiredSize ?? 0);
  }

  #watch(): void {
    if (this.#cancelWatch !== undefined) return;
    const taken = this.#sentBytes - this.#backlog;
    this.#cancelWatch = this.#options.clock.after(LIMITS.outputStallMs, () => {
      this.#cancelWatch = undefined;
      if (this.#sentBytes - this.#backlog === taken) this.#lose();
      else if (this.#backlog > 0) this.#watch();
    });
  }

  #unwatch(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
  }

  #lose(): void {
    this.#unwatch();
    this.#controller.error(new Error("the client does not read"));
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onLost();
  }
}
