/** Regular expressions of ECMAScript as trees, as far as they have no assertions on what is around. */

/** Characters as ranges of code units, both ends included, in order. */
export type CharSet = readonly (readonly [number, number])[];

export type RegexNode =
  | { readonly kind: "chars"; readonly set: CharSet }
  | { readonly kind: "empty" }
  /** "^", "$" and "\b", which take no character. */
  | { readonly kind: "assertion"; readonly sign: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly RegexNode[] }
  | {
    readonly kind: "repeat";
    readonly part: RegexNode;
    readonly min: number;
    readonly max: number;
  };

/** The expression has something that the tree cannot say: a look-around or a back-reference. */
export class Unsupported extends Error {}

const MAX = 0xffff;
const DIGIT: CharSet = [[48, 57]];
const WORD: CharSet = [[48, 57], [65, 90], [95, 95], [97, 122]];
const SPACE: CharSet = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [
    0x2028,
    0x2029,
  ],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const NEWLINES: CharSet = [[10, 10], [13, 13], [0x2028, 0x2029]];

/** @throws {Unsupported} The expression must be one that compiles. */
export function parseRegex(source: string): RegexNode {
  return new Parser(source).choice();
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  choice(): RegexNode {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at]!)) {
      parts.push(this.#repeats(this.#atom()));
    }
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  #repeats(part: RegexNode): RegexNode {
    const match = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(
      this.#source.slice(this.#at, this.#at + 40),
    );
    if (match === null) return part;
    this.#at += match[0].length;
    const sign = match[0][0];
    if (sign === "*") return { kind: "repeat", part, min: 0, max: Infinity };
    if (sign === "+") return { kind: "repeat", part, min: 1, max: Infinity };
    if (sign === "?") return { kind: "repeat", part, min: 0, max: 1 };
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === "" ? Infinity : Number(match[3]);
    return { kind: "repeat", part, min, max };
  }

  #atom(): RegexNode {
    const char = this.#source[this.#at++]!;
    switch (char) {
      case "(":
        return this.#group();
      case "[":
        return chars(this.#brackets());
      case ".":
        return chars(invert(NEWLINES));
      case "^":
      case "$":
        return { kind: "assertion", sign: char };
      case "\\":
        return this.#escape();
      default:
        return chars(one(char.charCodeAt(0)));
    }
  }

  #group(): RegexNode {
    const head = /^\?(?::|<(?![=!])[^>]*>)/.exec(this.#source.slice(this.#at));
    if (head !== null) this.#at += head[0].length;
    else if (this.#source[this.#at] === "?") throw new Unsupported("a look-around");
    const inner = this.choice();
    this.#at++; // ")"
    return inner;
  }

  #escape(): RegexNode {
    const char = this.#source[this.#at]!;
    if (char === "b" || char === "B") {
      this.#at++;
      return { kind: "assertion", sign: "\\" + char };
    }
    if (/[1-9k]/.test(char)) throw new Unsupported("a back-reference");
    return chars(this.#escapedSet());
  }

  /** What stands behind a backslash, in brackets or out of them. */
  #escapedSet(): CharSet {
    const char = this.#source[this.#at++]!;
    const lower = { d: DIGIT, w: WORD, s: SPACE }[char];
    if (lower !== undefined) return lower;
    const upper = { D: DIGIT, W: WORD, S: SPACE }[char];
    if (upper !== undefined) return invert(upper);
    if (char === "p" || char === "P") throw new Unsupported("a Unicode property");
    const hex = { x: /^[0-9a-f]{2}/i, u: /^(?:\{[0-9a-f]+\}|[0-9a-f]{4})/i }[char];
    const digits = hex?.exec(this.#source.slice(this.#at, this.#at + 12))?.[0];
    if (digits !== undefined) {
      this.#at += digits.length;
      return one(Math.min(parseInt(digits.replace(/[{}]/g, ""), 16), MAX));
    }
    const control = { n: 10, r: 13, t: 9, v: 11, f: 12, 0: 0 }[char];
    return one(control ?? char.charCodeAt(0));
  }

  #brackets(): CharSet {
    const isInverted = this.#take("^");
    const ranges: (readonly [number, number])[] = [];
    while (this.#at < this.#source.length && this.#source[this.#at] !== "]") {
      const low = this.#member();
      const isRange = this.#source[this.#at] === "-" && this.#source[this.#at + 1] !== "]" &&
        low.length === 1 && low[0]![0] === low[0]![1];
      if (!isRange) {
        ranges.push(...low);
        continue;
      }
      this.#at++;
      const high = this.#member();
      ranges.push([low[0]![0], high.at(-1)![1]]);
    }
    this.#at++; // "]"
    return isInverted ? invert(ranges) : ranges;
  }

  #member(): CharSet {
    const char = this.#source[this.#at++]!;
    if (char !== "\\") return one(char.charCodeAt(0));
    if (this.#source[this.#at] !== "b") return this.#escapedSet();
    this.#at++; // a backspace
    return one(8);
  }

  #take(char: string): boolean {
    if (this.#source[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}

function chars(set: CharSet): RegexNode {
  return { kind: "chars", set };
}

function one(code: number): CharSet {
  return [[code, code]];
}

function invert(set: CharSet): CharSet {
  const ranges: [number, number][] = [];
  let next = 0;
  for (const [low, high] of [...set].sort((a, b) => a[0] - b[0])) {
    if (low > next) ranges.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= MAX) ranges.push([next, MAX]);
  return ranges;
}

/** Whether two sets have a character in common. */
export function overlaps(a: CharSet, b: CharSet): boolean {
  return a.some(([low, high]) => b.some(([from, to]) => low <= to && from <= high));
}
