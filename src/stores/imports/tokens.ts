/** Cuts TypeScript text into words, strings and signs, without comments: enough to find imports. */

export interface Token {
  readonly kind: "word" | "string" | "sign";
  /** The word, the sign, or the string's content between its quotes. */
  readonly text: string;
}

const SPACE = /\s+/y;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/y;
const STRING = /"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?/y;
const WORD = /[\p{ID_Start}$_#\d][\p{ID_Continue}$\u200c\u200d]*/uy;
const REGEXP = /\/(?:[^/[\\\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
/** A template's text up to its end or its next substitution. */
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(`|\$\{|$)/y;

/** After these words a slash begins a regular expression; after any other word it divides. */
const BEFORE_REGEXP = /^(?:return|typeof|case|in|of|do|else|void|delete|await|yield|throw|new)$/;

/** All tokens of a text. A text that does not parse gives some tokens, never an error. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  // One number for each template that is open: how many braces its substitution has open.
  const substitutions: number[] = [];
  let at = 0;

  /** Moves on when the text goes on with `pattern`. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  const add = (kind: Token["kind"], text: string) => tokens.push({ kind, text });
  const takeTemplate = () => {
    const start = at;
    const end = take(TEMPLATE)?.[1];
    if (end === "${") substitutions.push(0);
    return { whole: end === "`", text: text.slice(start, at - 1) };
  };

  while (at < text.length) {
    if (take(SPACE) || take(COMMENT)) continue;
    const string = take(STRING)?.[0];
    if (string !== undefined) {
      add("string", string.slice(1, -1));
      continue;
    }
    const word = take(WORD)?.[0];
    if (word !== undefined) {
      add("word", word);
      continue;
    }
    if (text[at] === "/" && startsRegExp(tokens.at(-1)) && take(REGEXP)) {
      add("sign", "/re/");
      continue;
    }
    const sign = text[at++]!;
    const depth = substitutions.at(-1);
    if (sign === "`") {
      const template = takeTemplate();
      add(template.whole ? "string" : "sign", template.text);
    } else if (sign === "}" && depth === 0) {
      substitutions.pop();
      takeTemplate();
      add("sign", "`");
    } else {
      if (depth !== undefined && (sign === "{" || sign === "}")) {
        substitutions[substitutions.length - 1] = depth + (sign === "{" ? 1 : -1);
      }
      add("sign", sign);
    }
  }
  return tokens;
}

/** Whether a slash after this token begins a regular expression. */
function startsRegExp(before: Token | undefined): boolean {
  if (!before) return true;
  if (before.kind === "word") return BEFORE_REGEXP.test(before.text);
  return before.kind === "sign" && ![")", "]", "}", "`", "/re/"].includes(before.text);
}
