/** Files as lines of bytes, a piece at a time. */
import { LIMITS } from "../../base/limits.ts";

/** A line of a file. */
export interface FileLine {
  /** Without its newline. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Counts from 1. */
  readonly number: number;
  /** Where in the file it begins. */
  readonly offset: number;
  /** False for the last one when the file does not end with a newline, and for one too long to be read. */
  readonly whole: boolean;
}

const PIECE_BYTES = 256 * 1024;
const NEWLINE = 10;

/** The lines of an open file from where it stands. */
export async function* readLines(file: Deno.FsFile, from = 0): AsyncGenerator<FileLine> {
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  let number = 0;
  let offset = from;
  for (let piece = await readPiece(file); piece !== null; piece = await readPiece(file)) {
    const bytes = rest.length === 0 ? piece : joined(rest, piece);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield { bytes: bytes.subarray(start, end), number: ++number, offset, whole: true };
      offset += end + 1 - start;
      start = end + 1;
    }
    rest = bytes.slice(start);
    if (rest.length > LIMITS.auditLineBytesMax) {
      yield { bytes: rest, number: ++number, offset, whole: false };
      offset += rest.length;
      rest = new Uint8Array();
    }
  }
  if (rest.length > 0) yield { bytes: rest, number: ++number, offset, whole: false };
}

async function readPiece(file: Deno.FsFile): Promise<Uint8Array<ArrayBuffer> | null> {
  const piece = new Uint8Array(PIECE_BYTES);
  const length = await file.read(piece);
  return length === null ? null : piece.subarray(0, length);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
