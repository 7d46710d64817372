/** Records on their way to the sinks. */
import type { AuditRecord } from "./record.ts";
import { renderRecord } from "./render.ts";

/** Lines as bytes, and where each of them ends (behind its newline). */
export interface Lines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: readonly number[];
}

/** Lines as text, and where each of them ends. */
export interface TextLines {
  /** Each line with its newline. */
  readonly text: string;
  /** Behind each newline, in UTF-16 units. */
  readonly ends: readonly number[];
}

const NEWLINE = 10;

/** What the sinks of a log are given: some records, in order. */
export class AuditBatch {
  /** The records, in the order in which they were logged. */
  readonly records: readonly AuditRecord[];

  /** Takes the records as they are. */
  constructor(records: readonly AuditRecord[]) {
    this.records = records;
  }

  /** The records as lines of JSON: not kept, since text that lives on costs more than to make it anew. */
  get lines(): TextLines {
    let text = "";
    const ends = this.records.map((record) => (text += renderRecord(record)).length);
    return { text, ends };
  }
}

/** One line, with its newline. */
export function oneLine(text: string): TextLines {
  return { text, ends: [text.length] };
}

/** Where the lines end as bytes: where every character is one, in the same places as in the text. */
export function byteEnds({ text, ends }: TextLines, bytes: Uint8Array): readonly number[] {
  if (bytes.length === text.length) return ends;
  const found: number[] = [];
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
    found.push(at + 1);
  }
  return found;
}
