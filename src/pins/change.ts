/** What changed in a definition, and what it means for those who call the tool. */

/**
 * "required": a new argument that calls must have. "breaking": calls that were right may be wrong
 * now, or results are not what callers read. "review": words that a model reads, or what nobody can
 * compare. "compatible": nothing that a caller notices.
 */
export type ChangeKind = "required" | "breaking" | "review" | "compatible";

/** One change. */
export interface Change {
  readonly kind: ChangeKind;
  /** JSON Pointer into the definition; into the one before where it is gone now. */
  readonly pointer: string;
  /** What changed, as the end of a sentence: "is required now". */
  readonly detail: string;
}

const SHORT_CHARS = 60;

/** A value as JSON, short enough for a line. */
export function short(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= SHORT_CHARS ? text : text.slice(0, SHORT_CHARS) + "…";
}
