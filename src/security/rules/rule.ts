/** What a pattern is: a cheap regular expression that finds a place, and a closer look at that place. */
import type { ArgumentPurpose } from "../../pipeline/purpose.ts";
import type { Family } from "../families.ts";

/** Where a rule's expression matched. */
export interface Place {
  readonly text: string;
  readonly index: number;
  readonly match: string;
  /** The text was encoded, line ends included, and this is what it decodes to. */
  readonly decoded: boolean;
  /** What was found out about the text at other places. */
  readonly ahead: Ahead;
}

/** Remembers where an expression matches next, so that many places do not look for it again and again. */
export class Ahead {
  readonly #known = new Map<RegExp, { from: number; at: number }>();

  /** Where the expression, a global one, matches next at `from` or behind; behind the text when it does not. */
  next(expression: RegExp, text: string, from: number): number {
    const known = this.#known.get(expression);
    if (known !== undefined && known.from <= from && from <= known.at) return known.at;
    expression.lastIndex = from;
    const at = expression.exec(text)?.index ?? text.length;
    this.#known.set(expression, { from, at });
    return at;
  }
}

export interface Rule {
  /** For operators, such as "sql/union": unique. */
  readonly id: string;
  readonly family: Family;
  /** The characters that a match can begin with, as the inside of a character class. */
  readonly lead: string;
  /** The expression, without regard to case; free of catastrophic backtracking (a test proves it). */
  readonly source: string;
  /**
   * A match that begins behind so many characters never counts; at most `NEAR_CHARS`. @default all
   * of a text may hold one
   */
  readonly within?: number;
  /** How many looks `confirm` is worth besides the one at the place. @default 0 */
  readonly cost?: number;
  /** Without it, each match counts. */
  readonly confirm?: (place: Place) => boolean;
  /**
   * Of a rule of `prompt_injection`, the words that its matches begin with, or their beginnings: in
   * lower case, at least three characters, a blank for one to three of any kind.
   */
  readonly words?: readonly string[];
  /** Only in arguments with one of these purposes. */
  readonly only?: readonly ArgumentPurpose[];
}

/** How much of a text is looked through for the rules that hold only for its beginning. */
export const NEAR_CHARS = 400;

/** What stands before the match, at most `chars` of it. */
export function before({ text, index }: Place, chars: number): string {
  return text.slice(Math.max(0, index - chars), index);
}

/** What stands behind the match, at most `chars` of it. */
export function after({ text, index, match }: Place, chars: number): string {
  const start = index + match.length;
  return text.slice(start, start + chars);
}

const CONTEXT_CHARS = 500;

/**
 * True when the quote at the place opens nothing and closes nothing: the value breaks out of a
 * string that somebody else opened. In whole statements and sentences quotes come in pairs;
 * apostrophes between letters are no quotes.
 */
export function breaksOut(place: Place): boolean {
  const quote = place.text[place.index]!;
  const prefix = before(place, CONTEXT_CHARS);
  let count = 0;
  for (let at = prefix.indexOf(quote); at >= 0; at = prefix.indexOf(quote, at + 1)) {
    if (!(quote === "'" && isLetter(prefix[at - 1]) && isLetter(prefix[at + 1]))) count++;
  }
  return count % 2 === 0;
}

function isLetter(char: string | undefined): boolean {
  return char !== undefined && /^\p{L}$/u.test(char);
}
