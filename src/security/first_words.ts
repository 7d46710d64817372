/**
 * Where a word of a text begins as one of the patterns does that talk to a model. Most words do not,
 * and to start the expression for all of these patterns at each costs five times as much.
 */
import { FIRST_WORDS } from "./rules/prompt_injection.ts";

/** 1 for three letters that a pattern begins with; five bits of each tell letters apart. */
const STARTS = new Uint8Array(1 << 15);
for (const word of FIRST_WORDS) STARTS[startOf(word, 0)] = 1;

function startOf(text: string, at: number): number {
  return (text.charCodeAt(at) & 31) << 10 | (text.charCodeAt(at + 1) & 31) << 5 |
    text.charCodeAt(at + 2) & 31;
}

/**
 * The next place, at `from` or behind, where a word begins as a pattern does; -1 when there is none.
 * For texts of ASCII words alone.
 */
export function nextStart(text: string, from: number): number {
  let inWord = from > 0 && isLetter(text.charCodeAt(from - 1));
  for (let at = from; at < text.length - 2; at++) {
    const letter = isLetter(text.charCodeAt(at));
    if (letter && !inWord && STARTS[startOf(text, at)] === 1) return at;
    inWord = letter;
  }
  return -1;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
