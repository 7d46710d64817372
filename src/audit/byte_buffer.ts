/** Bytes that grow, and are used again: fresh memory for each batch costs more than filling it. */

const FIRST_BYTES = 256 * 1024;
/** Beyond this it is not kept for the next use. */
const KEPT_BYTES = 8 * 1024 * 1024;
const ENCODER = new TextEncoder();

export class ByteBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** What is in it; good until the next change. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
  }

  /** Adds any text as UTF-8. */
  text(text: string): void {
    // A UTF-16 unit is at most three bytes.
    const room = this.room(text.length * 3).subarray(this.#length);
    this.#length += ENCODER.encodeInto(text, room).written;
  }

  /** All of its memory, with room for `more` bytes from `length` on. `endAt` says how many came. */
  room(more: number): Uint8Array<ArrayBuffer> {
    const needed = this.#length + more;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    return this.#bytes;
  }

  /** What was written into the room ends here. */
  endAt(length: number): void {
    this.#length = length;
  }
}
