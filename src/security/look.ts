/** One look at a text, character by character: most are words and numbers, in which nothing hides. */
import { nextStart } from "./first_words.ts";

/** What a text may hold. */
export const LOOK = {
  /** Words, numbers and the punctuation of names: no pattern finds anything in it. */
  plain: 0,
  /** The same, and words that patterns begin with that talk to a model. */
  words: 1,
  /** What patterns of attacks are made of, or characters beyond ASCII. */
  special: 2,
} as const;

/** What a text is made of, as bits. Letters, and "," "@" "=" are harmless anywhere: 0. */
const HAS = {
  special: 1,
  wide: 2,
  digit: 4,
  /** Twice a digit, so that a shift tells one that stands behind a digit. */
  gap: 8,
  dot: 16,
  dash: 32,
  colon: 64,
  slash: 128,
  underscore: 256,
  /** A gap behind a digit. */
  digitGap: 512,
};

/** By each code unit that there is: the loop need not ask which it may look up. */
const BITS = new Uint16Array(1 << 16).fill(HAS.special, 0, 0x80).fill(HAS.wide, 0x80);
for (
  const [chars, bit] of [
    ["abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,@=", 0],
    ["0123456789", HAS.digit],
    [" +", HAS.gap],
    [".", HAS.dot],
    ["-", HAS.dash],
    [":", HAS.colon],
    ["/", HAS.slash],
    ["_", HAS.underscore],
  ] as const
) {
  for (const char of chars) BITS[char.charCodeAt(0)] = bit;
}

/**
 * What a text may hold; one of `LOOK`. Words that patterns begin with are looked for only `inWords`.
 *
 * A loop says what it is made of, and only then expressions look for what is worth it: to start one
 * costs as much as the loop needs for ten characters (bench/security_bench.ts).
 */
export function look(text: string, inWords: boolean): number {
  const has = contentsOf(text);
  if ((has & (HAS.special | HAS.wide)) !== 0 || !isHarmless(text, has)) return LOOK.special;
  return inWords && (has & (HAS.gap | HAS.colon)) !== 0 && nextStart(text, 0) >= 0
    ? LOOK.words
    : LOOK.plain;
}

/** What a text is made of. Two characters at a time, which is a tenth faster. */
function contentsOf(text: string): number {
  const { length } = text;
  const odd = length & 1;
  let before = odd === 0 ? 0 : BITS[text.charCodeAt(0)]!;
  let has = before;
  let behind = 0;
  for (let at = odd; at < length; at += 2) {
    const one = BITS[text.charCodeAt(at)]!;
    const next = BITS[text.charCodeAt(at + 1)]!;
    has |= one | next;
    behind |= before << 1 & one | one << 1 & next;
    before = next;
  }
  return (behind & HAS.gap) === 0 ? has : has | HAS.digitGap;
}

function isHarmless(text: string, has: number): boolean {
  const first = text.charCodeAt(0);
  if ((first === SLASH || first === DOT) && FOREIGN_PATH.test(text)) return false;
  if ((has & HAS.dot) !== 0 && text.includes("..")) return false;
  if ((has & HAS.colon) !== 0 && ADDRESS.test(text)) return false;
  if ((has & HAS.dash) !== 0 && isEnd(text.charCodeAt(text.length - 1)) && CUT_OFF.test(text)) {
    return false;
  }
  if ((has & HAS.underscore) !== 0 && text.length >= SHELL_CHARS && SHELL.test(text)) return false;
  return (has & HAS.gap) === 0 || isHarmlessGap(text, first, has);
}

/** At the beginning SQL hangs on nothing, and what follows belongs to it; so it does on a number. */
function isHarmlessGap(text: string, first: number, has: number): boolean {
  if ((isEnd(first) || (first | 0x20) === LETTER_U) && UNION.test(text)) return false;
  return (has & HAS.digitGap) === 0 || !CONDITION.test(text);
}

function isEnd(code: number): boolean {
  return code === 0x20 || code === 0x2b || code === 0x2d;
}

const SLASH = 0x2f;
const DOT = 0x2e;
const LETTER_U = 0x75;
const FOREIGN_PATH = /^[./]{1,5}(?:etc|proc|root|home|users|win|boot)/i;
/** Wrappers that read files, and scripts; addresses of the web are neither. */
const ADDRESS = /:(?:\/(?<!(?:^|[^a-z])https?:\/)|(?<=(?:script|data):))/i;
/** A comment matters where it cuts off the rest. */
const CUT_OFF = /--[ +-]{0,3}$/;
const SHELL = /_cmdshell/i;
const SHELL_CHARS = "xp_cmdshell".length;
const UNION = /^[ +]{0,4}union/i;
const CONDITION = /\d[ +]{1,4}(?:or|and|xor|having|order|group|union)/i;
