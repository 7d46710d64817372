/** The last records, in memory. */
import type { AuditRecord } from "./record.ts";

export class Ring {
  readonly #slots: (AuditRecord | undefined)[];
  #next = 0;
  #size = 0;

  /** Keeps the last `max` records; none when it is 0. */
  constructor(max: number) {
    this.#slots = new Array(max).fill(undefined);
  }

  add(record: AuditRecord): void {
    if (this.#slots.length === 0) return;
    this.#slots[this.#next] = record;
    this.#next = this.#next + 1 === this.#slots.length ? 0 : this.#next + 1;
    if (this.#size < this.#slots.length) this.#size++;
  }

  /** The last `max` of them, oldest first. */
  last(max: number): readonly AuditRecord[] {
    const count = Math.min(max, this.#size);
    const { length } = this.#slots;
    return Array.from(
      { length: count },
      (_, i) => this.#slots[(this.#next - count + i + length) % length]!,
    );
  }
}
