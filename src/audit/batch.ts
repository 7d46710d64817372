/** Records on their way to the sinks. */
import { ByteBuffer } from "./byte_buffer.ts";
import type { AuditRecord } from "./record.ts";
import { writeRecord } from "./render.ts";

/** Lines as bytes, and where each of them ends (behind its newline). */
export interface Lines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: readonly number[];
}

/** What the sinks of a log are given: some records, in order. */
export class AuditBatch {
  /** The records, in the order in which they were logged. */
  readonly records: readonly AuditRecord[];

  /** Takes the records as they are. */
  constructor(records: readonly AuditRecord[]) {
    this.records = records;
  }

  /** The records as lines of JSON, each with its newline. Made anew each time. */
  get text(): string {
    const buffer = new ByteBuffer();
    writeLines(this.records, buffer);
    return new TextDecoder().decode(buffer.bytes);
  }
}

/** Writes records as lines behind what is in the buffer, and gives them; good until its next change. */
export function writeLines(records: readonly AuditRecord[], buffer: ByteBuffer): Lines {
  const start = buffer.length;
  const ends = records.map((record) => {
    writeRecord(record, buffer);
    return buffer.length - start;
  });
  return { bytes: buffer.bytes.subarray(start), ends };
}

/** Writes one line, as `writeLines` does. */
export function writeLine(text: string, buffer: ByteBuffer): Lines {
  const start = buffer.length;
  buffer.text(text);
  return { bytes: buffer.bytes.subarray(start), ends: [buffer.length - start] };
}
