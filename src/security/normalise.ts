/** Undoes what hides a pattern from a reader: percent and entity encodings, odd forms of letters. */

/** Attacks encode twice; a third round finds nothing in the field. */
const ROUNDS_MAX = 3;
const ENCODED = /%[0-9a-f]{2}|%u[0-9a-f]{4}|&(?:#|[a-z])|\\(?:u|x)[0-9a-f{]/i;
/** Something encoded, a comment, a control character, or a character beyond ASCII. */
const HIDING =
  // deno-lint-ignore no-control-regex -- control characters are what this looks for
  /%[0-9a-fu]|&[#a-z]|\\[ux]|\/\*|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\uffff]/i;
// deno-lint-ignore no-control-regex -- control characters are what this looks for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e007f}\u{e0100}-\u{e01ef}]/gu;
const ASCII = /^[\0-\x7f]*$/;

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
  colon: ":",
  semi: ";",
  tab: "\t",
  newline: "\n",
  lpar: "(",
  rpar: ")",
  lbrace: "{",
  rbrace: "}",
  sol: "/",
  bsol: "\\",
  nbsp: " ",
  equals: "=",
  grave: "`",
  num: "#",
  percnt: "%",
  period: ".",
  comma: ",",
  excl: "!",
  ast: "*",
  vert: "|",
  dollar: "$",
  shy: "",
};

/** The forms of a text in which patterns are looked for besides its own. */
export interface Normalised {
  /** What it comes to; the text itself when nothing is hidden. */
  readonly text: string;
  /** Whether something had been encoded, and line ends, if there are any, with it. */
  readonly decoded: boolean;
}

/** True when there may be something to undo: everything else is its own normal form. */
export function mayHide(text: string): boolean {
  return HIDING.test(text);
}

/**
 * Decodes up to three rounds, brings letters to their compatible form (NFKC, Unicode Standard
 * Annex #15: fullwidth letters become ASCII) and takes invisible characters out. The result is
 * at most 18 times as long, as Annex #15 bounds NFKC, and is for matching only.
 */
export function normalise(text: string): Normalised {
  let result = text;
  let decoded = false;
  for (let round = 0; round < ROUNDS_MAX && ENCODED.test(result); round++) {
    const next = decodeOnce(result);
    if (next === result) break;
    decoded = true;
    result = next;
  }
  if (!ASCII.test(result)) result = foldLetters(result);
  result = result.replace(CONTROL, "");
  if (result.includes("/*")) result = dropComments(result);
  return { text: result, decoded: decoded && !/[\r\n]/.test(text) };
}

function foldLetters(text: string): string {
  return text.normalize("NFKC").replace(INVISIBLE, "").replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u2028\u2029\u0085]/g, "\n").replace(/[\u2215\u2044\u29f8]/g, "/")
    .replace(/[\u2216\u29f5]/g, "\\");
}

/** SQL takes comments for blanks. */
function dropComments(text: string): string {
  return text.replace(COMMENT, " ");
}

function decodeOnce(text: string): string {
  let result = text;
  if (result.includes("%")) result = decodePercent(result);
  if (result.includes("&")) result = decodeEntities(result);
  if (result.includes("\\")) result = decodeEscapes(result);
  return result;
}

/** Overlong forms, which no decoder should take, are what attacks use them for: "/", "." and "\". */
const OVERLONG: readonly (readonly [RegExp, string])[] = [
  [/%c0%af|%e0%80%af|%u2215/gi, "/"],
  [/%c0%ae|%e0%80%ae|%uff0e/gi, "."],
  [/%c1%9c|%c1%1c|%u2216/gi, "\\"],
  [/%e5%98%8a/gi, "\n"],
  [/%e5%98%8d/gi, "\r"],
];

function decodePercent(text: string): string {
  let result = text;
  if (MAYBE_OVERLONG.test(text)) {
    for (const [form, char] of OVERLONG) result = result.replace(form, char);
  }
  result = result.replace(PERCENT_U, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return decodeRuns(result);
}

/** A loop: to call back from `replace` for each run costs three times as much. */
function decodeRuns(text: string): string {
  let result = "";
  let done = 0;
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", at)) {
    const end = endOfRun(text, at);
    if (end > at) {
      result += text.slice(done, at) + decodeRun(text.slice(at, end));
      done = end;
    }
    at = Math.max(end, at + 1);
  }
  return result + text.slice(done);
}

function endOfRun(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === PERCENT && byteAt(text, at + 1) >= 0) at += BYTE_CHARS;
  return at;
}

/** The byte that two digits stand for; less than 0 when they are none. */
function byteAt(text: string, at: number): number {
  return digitAt(text, at) << 4 | digitAt(text, at + 1);
}

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

/**
 * Well-formed UTF-8 (Unicode Standard, table 3-7). Asked first, since thousands of exceptions of
 * decodeURIComponent in one text cost a tenth of a second.
 */
export const UTF8 = new RegExp(
  "^(?:" + [
    "%[0-7].",
    "%(?:c[2-9a-f]|d.)%[89ab].",
    "%e0%[ab].%[89ab].",
    "%e[1-9abcef](?:%[89ab].){2}",
    "%ed%[89].%[89ab].",
    "%f0%[9ab].(?:%[89ab].){2}",
    "%f[1-3](?:%[89ab].){3}",
    "%f4%8.(?:%[89ab].){2}",
  ].join("|") + ")+$",
  "i",
);

/** Decodes a run of percent encodings: as UTF-8, or else byte by byte, as servers of old do. */
export function decodeRun(run: string): string {
  // Alone, a byte is ASCII or no UTF-8.
  if (run.length > BYTE_CHARS && UTF8.test(run)) return decodeURIComponent(run);
  let text = "";
  for (let at = 1; at < run.length; at += BYTE_CHARS) text += String.fromCharCode(byteAt(run, at));
  return text;
}

const PERCENT = 0x25;
const BYTE_CHARS = "%41".length;

function decodeEntities(text: string): string {
  return text.replace(ENTITY, (
    all,
    hex: string | undefined,
    decimal: string | undefined,
    name: string | undefined,
  ) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

function decodeEscapes(text: string): string {
  return text.replace(ESCAPE, (
    all,
    braced: string | undefined,
    four: string | undefined,
    two: string | undefined,
  ) => {
    const code = parseInt((braced ?? four ?? two)!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

const COMMENT = /\/\*!\d{0,6}|\/\*[^*]{0,60}\*\//g;
const MAYBE_OVERLONG = /%(?:c[01]|e[05]|u)/i;
const PERCENT_U = /%u([0-9a-f]{4})/gi;
const ENTITY = /&(?:#x0{0,8}([0-9a-f]{1,6})|#0{0,8}(\d{1,7})|([a-z]{2,8}));?/gi;
const ESCAPE = /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2}))/gi;
