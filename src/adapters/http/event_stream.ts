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

export class EventStream {
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
      pull: () => this.#unwatch(),
      cancel: () => this.#lose(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
    this.response = new Response(body, { headers: { ...HEADERS, ...options.headers } });
  }

  /** A notification: dropped when the client is behind. */
  notify(text: string): void {
    if (this.#backlog < LIMITS.outputSoftBytesMax) this.send(text);
  }

  /** A message that must not be lost while the client reads at all. */
  send(text: string): void {
    if (this.#closed) return;
    // JSON text holds no raw newline, so one data field carries it (HTML, server-sent events).
    const bytes = this.#encoder.encode(`event: message\ndata: ${text}\n\n`);
    this.#sentBytes += bytes.length;
    for (const piece of pieces(bytes)) this.#controller.enqueue(piece);
    if (this.#backlog > LIMITS.outputHardBytesMax) this.#lose();
    else if (this.#backlog > 0) this.#watch();
  }

  /** A line that clients skip; it shows proxies that the connection lives. */
  comment(): void {
    if (this.#closed || this.#backlog > 0) return;
    const bytes = this.#encoder.encode(": keep-alive\n\n");
    this.#sentBytes += bytes.length;
    this.#controller.enqueue(bytes);
  }

  /** Ends the stream after what was sent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#controller.close();
    if (this.#backlog === 0) this.#unwatch();
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
