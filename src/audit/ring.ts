/** The last records, in memory. */
import {
  type AuditEntry,
  type AuditRecord,
  copyEntry,
  type OpenRecord,
  overwrite,
} from "./record.ts";

export class Ring {
  /**
   * Written over in turn: records that are kept as they come outlive young generations, and to
   * bring them into the old one costs more than all else that is done for a call.
   */
  readonly #slots: OpenRecord[] = [];
  readonly #max: number;
  #next = 0;

  /** Keeps the last `max` records; none when it is 0. */
  constructor(max: number) {
    this.#max = max;
  }

  add(entry: AuditEntry, seq: number): void {
    if (this.#max === 0) return;
    const slot = this.#slots[this.#next];
    if (slot === undefined) this.#slots.push(copyEntry(entry, seq));
    else overwrite(slot, entry, seq);
    this.#next = this.#next + 1 === this.#max ? 0 : this.#next + 1;
  }

  /** The last `max` of them, oldest first. */
  last(max: number): readonly AuditRecord[] {
    const { length } = this.#slots;
    const count = Math.min(max, length);
    return Array.from({ length: count }, (_, i) => {
      const slot = this.#slots[(this.#next - count + i + length) % length]!;
      return copyEntry(slot, slot.seq);
    });
  }
}
