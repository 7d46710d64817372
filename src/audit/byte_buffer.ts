/**
 * Bytes that grow, and are used again: fresh memory for each batch costs more than filling it.
 * Short texts and numbers are written byte by byte: for pieces so small a call into the engine,
 * or joining them first, costs several times that.
 */

const FIRST_BYTES = 256 * 1024;
/** Beyond this it is not kept for the next use. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Digits of what is written without a text. */
const INTEGER_MAX = 2 ** 31 - 1;
const ZERO = 48;
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
    this.#reserve(text.length * 3);
    const rest = this.#bytes.subarray(this.#length);
    this.#length += ENCODER.encodeInto(text, rest).written;
  }

  /** Adds a short text of ASCII only. */
  ascii(text: string): void {
    const { length } = text;
    this.#reserve(length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let i = 0; i < length; i++) bytes[start + i] = text.charCodeAt(i);
    this.#length = start + length;
  }

  /** Adds a number as JSON has it. */
  number(value: number): void {
    if (!(value >= 0 && value <= INTEGER_MAX) || value !== (value | 0)) {
      return this.ascii(Number.isFinite(value) ? String(value) : "null");
    }
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    this.#reserve(digits);
    let left = value | 0;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const next = (left / 10) | 0;
      this.#bytes[at] = ZERO + left - next * 10;
      left = next;
    }
    this.#length += digits;
  }

  copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}
