/** One look at a text, character by character: most are words and numbers, in which nothing hides. */
import { isFirstWord } from "./first_words.ts";

/** What a text may hold. */
export const LOOK = {
  /** Words, numbers and the punctuation of names: no pattern finds anything in it. */
  plain: 0,
  /** The same, and words that patterns begin with that talk to a model. */
  words: 1,
  /** What patterns of attacks are made of, or characters beyond ASCII. */
  special: 2,
} as const;

/** What kind of character it is. Kinds, and pairs of them, tell harmless punctuation from the rest. */
const KIND = {
  letter: 0,
  special: 1,
  dot: 2,
  dash: 3,
  colon: 4,
  slash: 5,
  gap: 6,
  digit: 7,
  underscore: 8,
  other: 9,
  start: 10,
};

const KINDS = new Uint8Array(128).fill(KIND.special);
for (
  const [chars, kind] of [
    ["abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", KIND.letter],
    ["0123456789", KIND.digit],
    [",@=", KIND.other],
    [" +", KIND.gap],
    [".", KIND.dot],
    ["-", KIND.dash],
    [":", KIND.colon],
    ["/", KIND.slash],
    ["_", KIND.underscore],
  ] as const
) {
  for (const char of chars) KINDS[char.charCodeAt(0)] = kind;
}

/** 1 for a kind that is worth a second look behind another. */
const PAIRS = new Uint8Array(16 * 16);
for (let before = 0; before < 16; before++) {
  for (const kind of [KIND.special, KIND.colon, KIND.underscore]) PAIRS[before << 4 | kind] = 1;
}
for (
  const [before, kind] of [
    [KIND.dot, KIND.dot],
    [KIND.dash, KIND.dash],
    [KIND.digit, KIND.gap],
    [KIND.start, KIND.dot],
    [KIND.start, KIND.slash],
    [KIND.start, KIND.gap],
  ] as const
) PAIRS[before << 4 | kind] = 1;

/**
 * What a text may hold; one of `LOOK`. Words that patterns begin with are looked for only `inWords`.
 *
 * A loop and no expressions: to start one costs as much as the loop needs for ten characters, and
 * what is asked here takes several (bench/security_bench.ts).
 */
export function look(text: string, inWords: boolean): number {
  let found: number = LOOK.plain;
  let before = KIND.start;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return LOOK.special;
    const kind = KINDS[code]!;
    if (kind === KIND.letter) {
      if (before === KIND.letter) continue;
      if (inWords && isFirstWord(text, at)) found = LOOK.words;
      if (before === KIND.start && (code | 0x20) === LETTER_U && UNION.test(text)) {
        return LOOK.special;
      }
    } else if (PAIRS[before << 4 | kind] === 1 && !isHarmless(text, at, kind)) return LOOK.special;
    before = kind;
  }
  return found;
}

/** At the beginning SQL hangs on nothing, and what follows belongs to it. */
const UNION = /^[ +]{0,4}union/i;
const LETTER_U = 0x75;

function isHarmless(text: string, at: number, kind: number): boolean {
  switch (kind) {
    case KIND.gap:
      return at === 0 ? !UNION.test(text) : !CONDITION.includes(nextWord(text, at));
    case KIND.dash:
      // A comment matters where it cuts off the rest.
      return text.length - at > 4 || /[^ +-]/.test(text.slice(at));
    case KIND.colon:
      return isHarmlessColon(text, at);
    case KIND.underscore:
      return !/^_cm/i.test(text.slice(at, at + 3));
    case KIND.dot:
    case KIND.slash:
      return at === 0 && !FOREIGN_PATH.test(text);
    default:
      return false;
  }
}

/** First letters of what makes a condition of a number: or, and, xor, having, order, group, union. */
const CONDITION = "oaxhguOAXHGU";

/** The first character behind a gap of at most four. */
function nextWord(text: string, at: number): string {
  let next = at + 1;
  while (next < at + 4 && KINDS[text.charCodeAt(next)] === KIND.gap) next++;
  return text.charAt(next) || " ";
}

const FOREIGN_PATH = /^[./]{1,5}(?:etc|proc|root|home|users|win|boot)/i;

/** Of sentences, times and web addresses; others may be scripts, or wrappers that read files. */
function isHarmlessColon(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  if (next === SLASH) return /(?:^|[^a-z])https?$/i.test(text.slice(Math.max(0, at - 6), at));
  return !/(?:script|data)$/i.test(text.slice(Math.max(0, at - 6), at));
}

const SLASH = 0x2f;
