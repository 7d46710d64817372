/** The last records, in memory. */
import { type AuditRecord, copyEntry, type OpenRecord } from "./record.ts";

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

  add(record: AuditRecord): void {
    if (this.#max === 0) return;
    const slot = this.#slots[this.#next];
    if (slot === undefined) this.#slots.push(copyEntry(record, record.seq));
    else overwrite(slot, record);
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

function overwrite(slot: OpenRecord, record: AuditRecord): void {
  slot.seq = record.seq;
  slot.time = record.time;
  slot.stage = record.stage;
  slot.tenant = record.tenant;
  slot.adapter = record.adapter;
  slot.client = record.client;
  slot.clientVersion = record.clientVersion;
  slot.address = record.address;
  slot.kind = record.kind;
  slot.tool = record.tool;
  slot.id = record.id;
  slot.decision = record.decision;
  slot.code = record.code;
  slot.durationUs = record.durationUs;
  slot.argBytes = record.argBytes;
  slot.resultBytes = record.resultBytes;
  slot.argHash = record.argHash;
  slot.resultHash = record.resultHash;
  slot.args = record.args;
  slot.result = record.result;
  slot.redacted = record.redacted;
  slot.received = record.received;
  slot.batch = record.batch;
}
