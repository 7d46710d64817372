/** Records on their way to the sinks: rendered once, whoever takes them. */
import type { AuditRecord } from "./record.ts";
import { renderRecord } from "./render.ts";

/** Lines as bytes, and where each of them ends (behind its newline). */
export interface Lines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: readonly number[];
}

const ENCODER = new TextEncoder();
const NEWLINE = 10;

/** What the sinks of a log are given: some records, in order. */
export class AuditBatch {
  /** The records, in the order in which they were logged. */
  readonly records: readonly AuditRecord[];
  #lines: Lines | undefined;

  /** Takes the records as they are. */
  constructor(records: readonly AuditRecord[]) {
    this.records = records;
  }

  /** The records as lines of JSON. */
  get lines(): Lines {
    this.#lines ??= encodeLines(this.records.map(renderRecord));
    return this.#lines;
  }
}

/** Each text ends with its only newline. */
export function encodeLines(texts: readonly string[]): Lines {
  const all = texts.join("");
  const bytes = ENCODER.encode(all);
  return { bytes, ends: bytes.length === all.length ? asciiEnds(texts) : scanEnds(bytes) };
}

function asciiEnds(texts: readonly string[]): number[] {
  let end = 0;
  return texts.map(({ length }) => end += length);
}

function scanEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
    ends.push(at + 1);
  }
  return ends;
}
