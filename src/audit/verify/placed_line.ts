/** Lines of a log with where they stand. */
import type { LogLine } from "../read_line.ts";

/** A line with where it stands. */
export interface PlacedLine {
  /** Without its newline. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly file: string;
  readonly number: number;
  /** False for a last line without a newline. */
  readonly whole: boolean;
}

/** A line that waits for its chain line, with what it is. */
export interface Covered extends PlacedLine {
  readonly line: LogLine;
}
