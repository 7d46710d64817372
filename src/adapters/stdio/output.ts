/** Lines on their way out: collected, written in one piece, bounded when nobody reads. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { describeThrown } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";

/** Where bytes go; `Deno.stdout` is one. May write less than it was given. */
export interface ByteWriter {
  /**
   * Writes a beginning of `bytes` and gives how many they were; without a promise where nobody has to
   * be waited for.
   */
  write(bytes: Uint8Array): number | Promise<number>;
}

export interface OutputOptions {
  readonly clock: Clock;
  /** The client has gone, or reads no more; told once. Nothing is written after it. */
  readonly onLost: (why: string) => void;
}

/**
 * A queue of lines and one loop that writes it. Whatever is sent while a write is under
 * way goes out together with the next one.
 */
export class Output {
  readonly #writer: ByteWriter;
  readonly #options: OutputOptions;
  readonly #encoder = new TextEncoder();
  #queue = "";
  /** Bytes of the write that is under way. */
  #writing = 0;
  /** Bytes written in all, to tell a slow client from one that does not read. */
  #written = 0;
  #cancelWatch: CancelTimer | undefined;
  #lost = false;
  #busy = false;
  readonly #waiting: (() => void)[] = [];
  #droppedNotifications = 0;

  constructor(writer: ByteWriter, options: OutputOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  /** Characters and bytes that nobody has taken yet. */
  get backlog(): number {
    return this.#queue.length + this.#writing;
  }

  get droppedNotifications(): number {
    return this.#droppedNotifications;
  }

  /** An answer: never dropped; too many of them, unread, end the connection. */
  send(text: string): void {
    if (this.#lost) return;
    this.#queue += text + "\n";
    if (this.backlog > LIMITS.outputHardBytesMax) this.#watch();
    if (!this.#busy) this.#run();
  }

  /** Above the hard bound a client has a moment to show that it reads. */
  #watch(): void {
    if (this.#cancelWatch !== undefined) return;
    const written = this.#written;
    this.#cancelWatch = this.#options.clock.after(LIMITS.outputGraceMs, () => {
      this.#cancelWatch = undefined;
      if (this.backlog <= LIMITS.outputHardBytesMax) return;
      if (this.#written === written) this.#lose("it does not read its answers");
      else this.#watch();
    });
  }

  /** A notification: dropped when the client is behind. */
  notify(text: string): void {
    if (this.backlog > LIMITS.outputSoftBytesMax) this.#droppedNotifications++;
    else this.send(text);
  }

  /** Resolves when all is written, or the client is lost. */
  drained(): Promise<void> {
    if (!this.#busy || this.#lost) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async #run(): Promise<void> {
    this.#busy = true;
    // One microtask later, so that all answers to one chunk of input go out together.
    await undefined;
    try {
      while (this.#queue !== "" && !this.#lost) {
        const bytes = this.#encoder.encode(this.#queue);
        this.#queue = "";
        await this.#write(bytes);
      }
    } catch (error) {
      this.#lose(describeThrown(error));
    }
    this.#busy = false;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length && !this.#lost;) {
        this.#writing = bytes.length - at;
        const writing = this.#writer.write(bytes.subarray(at));
        const count = typeof writing === "number" ? writing : await this.#inTime(writing);
        if (count <= 0) throw new Error("nothing more can be written");
        at += count;
        this.#written += count;
      }
    } finally {
      this.#writing = 0;
    }
  }

  /** Only who has to be waited for is watched: a timer costs more than a write. */
  async #inTime(writing: Promise<number>): Promise<number> {
    const stalled = () => this.#lose(`it has not read for ${LIMITS.outputStallMs} ms`);
    const cancel = this.#options.clock.after(LIMITS.outputStallMs, stalled);
    try {
      return await writing;
    } finally {
      cancel();
    }
  }

  #lose(why: string): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#queue = "";
    this.#cancelWatch?.();
    this.#wake();
    this.#options.onLost(why);
  }
}
