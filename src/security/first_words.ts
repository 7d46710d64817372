/**
 * Where a word of a text begins as one of the patterns does that talk to a model. Most words do
 * not, and to start the expression for all of these patterns at each costs ten times as much.
 */
import { PROMPT_INJECTION_RULES } from "./rules/prompt_injection.ts";

/** Words that begin with the same three letters; at 0 none do. */
const WORDS: string[][] = [[]];
/** Which of these, by the first three letters; five bits of each tell letters apart. */
const STARTS = new Uint8Array(1 << 15);

for (const word of PROMPT_INJECTION_RULES.flatMap(({ words = [] }) => words)) {
  const start = startOf(word.charCodeAt(0), word.charCodeAt(1), word.charCodeAt(2));
  STARTS[start] ||= WORDS.push([]) - 1;
  WORDS[STARTS[start]]!.push(word);
}

/** The first three letters as a number: of a word of two, the third is 0, whatever blank follows. */
function startOf(first: number, second: number, third: number): number {
  return (first & 31) << 10 | (second & 31) << 5 | (third > 0x40 && third < 0x80 ? third & 31 : 0);
}

/** Without a closure: one word in fourteen comes here. */
function beginsAs(text: string, at: number, words: readonly string[]): boolean {
  for (let i = 0; i < words.length; i++) if (beginsWith(text, at, words[i]!)) return true;
  return false;
}

function beginsWith(text: string, start: number, word: string): boolean {
  let at = start;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code === BLANK) {
      const end = at + 3;
      if (!isBlank(text.charCodeAt(at))) return false;
      while (at < end && isBlank(text.charCodeAt(at))) at++;
    } else if (lower(text.charCodeAt(at++)) !== code) return false;
  }
  return true;
}

const BLANK = 0x20;

/** Also of what is no blank beyond ASCII: there, the expression tells. */
function isBlank(code: number): boolean {
  return code <= BLANK || code > 0x7f;
}

function lower(code: number): number {
  return isLetter(code) ? code | 0x20 : code;
}

/** Where patterns begin that are not of words: markers, and scripts other than Latin. */
const MARKS = new Set(
  [..."<[#\u5ffd\u65e0\u0438\u0418\u4ee5\u4e4b"].map((each) => each.charCodeAt(0)),
);
const ASCII_MARKS = new Uint8Array(128);
for (const code of MARKS) if (code < 128) ASCII_MARKS[code] = 1;

/**
 * The next place, at `from` or behind, where a pattern may begin that talks to a model; -1 when
 * there is none.
 */
export function nextStart(text: string, from: number): number {
  let at = from > 0 && isLetter(text.charCodeAt(from - 1)) ? endOfWord(text, from) : from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isLetter(code)) {
      const second = text.charCodeAt(at + 1);
      const third = text.charCodeAt(at + 2);
      const known = STARTS[startOf(code, second, third)]!;
      if (known !== 0 && beginsAs(text, at, WORDS[known]!)) return at;
      // To get a character costs more than to look at it: what is known is passed by.
      if (isLetter(second)) at = isLetter(third) ? endOfWord(text, at + 3) - 1 : at + 1;
    } else if (code < 128 ? ASCII_MARKS[code] === 1 : MARKS.has(code)) {
      if (code !== LESS || isTagOfWords(text, at + 1)) return at;
    }
  }
  return -1;
}

const LESS = 0x3c;
const SLASH = 0x2f;
/** What stands behind "<" or "</" in patterns; pages are full of other tags. */
const TAG_STARTS = new Uint8Array(128);
for (const char of "|<siSIhH") TAG_STARTS[char.charCodeAt(0)] = 1;

function isTagOfWords(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  // What is neither, the end included, is left to the expression.
  return !(code < 128) || TAG_STARTS[code] === 1 || isTagEnd(text, at);
}

function isTagEnd(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== SLASH) return false;
  const code = text.charCodeAt(at + 1);
  return !(code < 128) || TAG_STARTS[code] === 1;
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && isLetter(text.charCodeAt(at))) at++;
  return at;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
