/** Cuts a byte stream into lines, each of bounded length. */

export interface LineSink {
  onLine(line: string): void;
  /** A line was longer than allowed; it is skipped to its end. */
  onTooLong(): void;
}

/** Feed it chunks; it calls the sink for each line, without the newline. */
export class LineReader {
  readonly #sink: LineSink;
  readonly #bytesMax: number;
  readonly #decoder = new TextDecoder();
  /** The beginning of a line whose end has not come yet. */
  #rest = "";
  #restBytes = 0;
  #skipping = false;

  constructor(sink: LineSink, bytesMax: number) {
    this.#sink = sink;
    this.#bytesMax = bytesMax;
  }

  push(chunk: Uint8Array): void {
    const text = this.#decoder.decode(chunk, { stream: true });
    let start = 0;
    let end = text.indexOf("\n");
    if (end < 0) return this.#keep(text, chunk.length);
    if (this.#restBytes > 0 || this.#skipping) {
      this.#finish(text.slice(0, end));
      start = end + 1;
      end = text.indexOf("\n", start);
    }
    while (end >= 0) {
      if (end - start > this.#bytesMax) this.#sink.onTooLong();
      else this.#sink.onLine(text.slice(start, end));
      start = end + 1;
      end = text.indexOf("\n", start);
    }
    if (start < text.length) this.#keep(text.slice(start), text.length - start);
  }

  /** The stream has ended: what came without a newline is the last line. */
  end(): void {
    const last = this.#rest + this.#decoder.decode();
    this.#rest = "";
    if (!this.#skipping && last !== "") this.#sink.onLine(last);
  }

  #finish(tail: string): void {
    const line = this.#rest + tail;
    const tooLong = this.#skipping || this.#restBytes + tail.length > this.#bytesMax;
    this.#rest = "";
    this.#restBytes = 0;
    if (!tooLong) this.#sink.onLine(line);
    else if (!this.#skipping) this.#sink.onTooLong();
    this.#skipping = false;
  }

  /** `bytes` may count characters for a piece of a chunk: at most a third too few. */
  #keep(text: string, bytes: number): void {
    if (this.#skipping) return;
    this.#rest += text;
    this.#restBytes += bytes;
    if (this.#restBytes <= this.#bytesMax) return;
    this.#rest = "";
    this.#restBytes = 0;
    this.#skipping = true;
    this.#sink.onTooLong();
  }
}
