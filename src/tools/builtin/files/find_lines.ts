/** Finds the lines of a text that hold another text. */
import { LIMITS } from "../../../base/limits.ts";

/** Characters that are shown before what was found, when a line is clipped. */
const LEAD_CHARS = 60;

export interface FoundLine {
  /** Counted from 1. */
  readonly line: number;
  /** The line, or the part of it around what was found. */
  readonly text: string;
}

/** At most `max` lines; `needle` holds no line break. */
export function findLines(
  text: string,
  needle: string,
  options: { readonly ignoreCase: boolean; readonly max: number },
): FoundLine[] {
  // For most files the answer is no, and this is the quick way to it.
  if (!options.ignoreCase && !text.includes(needle)) return [];
  const wanted = options.ignoreCase ? needle.toLowerCase() : needle;
  const found: FoundLine[] = [];
  let line = 1;
  for (let start = 0; start <= text.length && found.length < options.max; line++) {
    const end = lineEnd(text, start);
    const content = text.slice(start, end);
    const at = (options.ignoreCase ? content.toLowerCase() : content).indexOf(wanted);
    if (at >= 0) found.push({ line, text: clip(content, at) });
    start = end + 1;
  }
  return found;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

function clip(line: string, at: number): string {
  const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (whole.length <= LIMITS.searchLineCharsMax) return whole;
  const start = Math.max(0, Math.min(at - LEAD_CHARS, whole.length - LIMITS.searchLineCharsMax));
  const end = start + LIMITS.searchLineCharsMax;
  const shown = whole.slice(start, end).toWellFormed();
  return `${start > 0 ? "…" : ""}${shown}${end < whole.length ? "…" : ""}`;
}
