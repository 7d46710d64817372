/** Reads which modules a TypeScript text imports, without running or type-checking it. */
import { type Token, tokenize } from "./tokens.ts";

/**
 * The specifiers of all imports, each once, in the order of the text: static, dynamic with a
 * literal, re-exports, and what concerns types only (`import type`, `export type … from`,
 * `import("…").T`).
 */
export function readImports(text: string): string[] {
  const tokens = tokenize(text);
  const found = new Set<string>();
  tokens.forEach((token, at) => {
    if (token.kind !== "word" || isMember(tokens, at)) return;
    const specifier = token.text === "import"
      ? importedFrom(tokens, at + 1)
      : token.text === "export"
      ? exportedFrom(tokens, at + 1)
      : undefined;
    if (specifier !== undefined) found.add(specifier);
  });
  return [...found];
}

/** `port.import` and `{ import: 1 }` are names, `...import("x")` is not. */
function isMember(tokens: readonly Token[], at: number): boolean {
  const isSpread = isSign(tokens[at - 2], ".");
  return (isSign(tokens[at - 1], ".") && !isSpread) || isSign(tokens[at + 1], ":");
}

function importedFrom(tokens: readonly Token[], at: number): string | undefined {
  const next = tokens[at];
  if (next?.kind === "string") return next.text;
  if (isSign(next, "(")) {
    const isLiteral = isSign(tokens[at + 2], ")") || isSign(tokens[at + 2], ",");
    return isLiteral ? stringAt(tokens, at + 1) : undefined;
  }
  // What is left is a clause of names; `import x = require("y")` ends it with "=".
  const end = clauseEnd(tokens, at);
  if (isWord(tokens[end], "from")) return stringAt(tokens, end + 1);
  const isRequire = isSign(tokens[end], "=") && isWord(tokens[end + 1], "require");
  return isRequire ? stringAt(tokens, end + 3) : undefined;
}

/** Of the exports only `export * …` and `export { … }`, each perhaps with `type`, can have a `from`. */
function exportedFrom(tokens: readonly Token[], at: number): string | undefined {
  const start = isWord(tokens[at], "type") ? at + 1 : at;
  if (!isSign(tokens[start], "*") && !isSign(tokens[start], "{")) return undefined;
  const end = clauseEnd(tokens, start);
  return isWord(tokens[end], "from") ? stringAt(tokens, end + 1) : undefined;
}

/** The place of the first token that cannot belong to a clause of names, or of its `from`. */
function clauseEnd(tokens: readonly Token[], start: number): number {
  let inBraces = false;
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (inBraces) inBraces = !isSign(token, "}");
    else if (isSign(token, "{")) inBraces = true;
    else if (isWord(token, "from") && tokens[at + 1]?.kind === "string") return at;
    else if (token.kind !== "word" && !isSign(token, "*") && !isSign(token, ",")) {
      if (!isSign(token, "}")) return at;
    }
  }
  return tokens.length;
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text === text;
}

function stringAt(tokens: readonly Token[], at: number): string | undefined {
  return tokens[at]?.kind === "string" ? tokens[at].text : undefined;
}
