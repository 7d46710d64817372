/** The line that a finding is about, as it may be shown: in bounds, with nothing hidden and no secrets. */
import { stripTerminal } from "../security/output.ts";
import { maskSecrets } from "../security/secrets.ts";

/** A piece of a line, and where the caret stands under it, from 0. */
export interface Excerpt {
  readonly text: string;
  readonly caret: number;
}

const EXCERPT_CHARS = 100;
const BEFORE_CHARS = 20;
/** As long as secrets are that are known by their beginnings. */
const SECRET_CHARS = 500;

/** Of a line, what stands around a column, which counts from 1. */
export function excerptOf(line: string, column: number): Excerpt {
  const at = column - 1;
  const indent = /^\s*/.exec(line.slice(0, at))![0].length;
  // A long line is shown from a little before the place on. Places are where a key or a value
  // begins, so no secret goes across one.
  const isLong = at - indent > EXCERPT_CHARS - BEFORE_CHARS;
  const before = clean(line.slice(isLong ? Math.max(0, at - SECRET_CHARS) : indent, at));
  const shown = isLong ? before.slice(-BEFORE_CHARS) : before;
  const after = clean(line.slice(at, at + EXCERPT_CHARS + SECRET_CHARS));
  const room = EXCERPT_CHARS - shown.length;
  return {
    text: shown + (after.length <= room ? after : `${after.slice(0, room)}…`),
    caret: shown.length,
  };
}

/** Without what steers terminals, and without secrets. */
function clean(text: string): string {
  return visible(maskSecrets(stripTerminal(text).replaceAll("\t", " ")).text);
}

/** Characters that nobody sees, shown by their numbers: reviewers are to see them. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

const HIDDEN =
  /[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e01ef}]/gu;
