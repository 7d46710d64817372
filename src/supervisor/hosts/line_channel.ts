/** Lines of text both ways: what a server speaks over with its tool hosts and upstreams. */
import { Buffer } from "node:buffer";
import type { Readable, Writable } from "node:stream";

/** Where lines come from and go to; a socket may be both. */
export interface LineStreams {
  readonly input: Readable;
  readonly output: Writable;
}

/** Who listens to a channel. */
export interface LineListener {
  /** Told each line, without its newline. */
  onLine(line: string): void;
  /** Told once when no line can come any more; a fault names what was wrong with the other side. */
  onClose(fault: string | undefined): void;
}

const BATCH_CHARS_MAX = 256 * 1024;

/** Writes in batches, one a turn of the event loop; reads lines up to a length. */
export class LineChannel {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #listener: LineListener;
  readonly #charsMax: number;
  #queue = "";
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #flushing = false;
  /** One write at a time: a socket makes one of all that it is given meanwhile. */
  #writing = false;
  #ending = false;
  /** The beginning of a line whose end has not come yet. */
  #parts: string[] = [];
  #partChars = 0;
  #closed = false;

  constructor({ input, output }: LineStreams, charsMax: number, listener: LineListener) {
    this.#input = input;
    this.#output = output;
    this.#charsMax = charsMax;
    this.#listener = listener;
    input.setEncoding("utf8");
    input.on("data", (text: unknown) => this.#read(text as string));
    for (const stream of new Set([input, output])) stream.on("error", () => {}); // "close" follows
    input.on("close", () => this.#close(undefined));
  }

  /** Bytes that the other side has not taken yet. */
  get waiting(): number {
    return this.#output.writableLength + this.#heldBytes + this.#queue.length;
  }

  /** Sends one line; `text` has no newline. What comes after the end is dropped. */
  send(text: string): void {
    this.#queue += text + "\n";
    if (this.#queue.length >= BATCH_CHARS_MAX) this.#hold();
    if (this.#flushing || this.#writing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  /** Sends what waits, then ends this side. */
  end(): void {
    this.#ending = true;
    this.#flush();
  }

  destroy(): void {
    this.#input.destroy();
    this.#output.destroy();
  }

  /** Long texts wait as bytes outside of the heap, and not as one: that would need their size again. */
  #hold(): void {
    const bytes = Buffer.from(this.#queue);
    this.#queue = "";
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#writing || this.#closed) return;
    const bytes = this.#held.shift();
    if (bytes === undefined && this.#queue === "") {
      if (this.#ending) this.#output.end();
      return;
    }
    this.#writing = true;
    const next = () => {
      this.#writing = false;
      this.#flush();
    };
    if (bytes !== undefined) {
      this.#heldBytes -= bytes.length;
      this.#output.write(bytes, next);
    } else {
      const text = this.#queue;
      this.#queue = "";
      this.#output.write(text, next);
    }
  }

  #read(text: string): void {
    let start = 0;
    for (let end; (end = text.indexOf("\n", start)) >= 0 && !this.#closed; start = end + 1) {
      const line = text.slice(start, end);
      if (this.#parts.length === 0) this.#listener.onLine(line);
      else {
        this.#parts.push(line);
        const whole = this.#parts.join("");
        this.#parts = [];
        this.#partChars = 0;
        this.#listener.onLine(whole);
      }
    }
    if (start === text.length) return;
    this.#parts.push(start === 0 ? text : text.slice(start));
    this.#partChars += text.length - start;
    if (this.#partChars <= this.#charsMax) return;
    this.#parts = [];
    this.#close(`a line of more than ${this.#charsMax} characters`);
    this.destroy();
  }

  #close(fault: string | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.onClose(fault);
  }
}
