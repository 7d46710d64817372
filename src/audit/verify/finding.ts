/** What `verify` has to say of a log. */

/** What is wrong. `note` is nothing wrong, but worth knowing. */
export type FindingKind =
  | "altered"
  | "missing"
  | "reordered"
  | "inserted"
  | "truncated"
  | "unchained"
  | "dropped"
  | "signature"
  | "note";

/** One thing that `verify` found. */
export interface Finding {
  readonly kind: FindingKind;
  /** One sentence for a person. */
  readonly text: string;
  /** The file, where it is about one. */
  readonly file?: string | undefined;
  /** The line in it, from 1. */
  readonly line?: number | undefined;
  /** Whose record it is. */
  readonly tenant?: string | undefined;
  /** The number of the record, or the first of several. */
  readonly seq?: number | undefined;
  /** The last number of several. */
  readonly lastSeq?: number | undefined;
}

/** What `verify` comes to. */
export interface Verdict {
  /** True when nothing is wrong; notes are nothing wrong. */
  readonly ok: boolean;
  /** Records that were read. */
  readonly records: number;
  /** Segments that were read. */
  readonly segments: number;
  /** The number of the last segment; 0 when there is none. */
  readonly lastSegment: number;
  /** The hash of the last seal, or the head of the last batch: keep it elsewhere to compare later. */
  readonly head: string | undefined;
  /** Whether the last segment has its seal. */
  readonly sealed: boolean;
  /** Keys that signed seals. */
  readonly keys: readonly string[];
  /** Calls that came in and have no end on record. */
  readonly unfinished: number;
  /** What was found, as many as `LIMITS.auditFindingsMax`. */
  readonly findings: readonly Finding[];
  /** Findings beyond those. */
  readonly more: number;
}
