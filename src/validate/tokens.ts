/** How many tokens of a model a text may be: an estimate, since every model counts its own way. */

/** What tokenizers tell apart: words, numbers by three digits, blanks, and every other sign. */
const PIECES = /[A-Za-z]+|\d{1,3}|\s+|[^\sA-Za-z0-9]/gu;

/**
 * Counts a word of up to ten letters as one token, and signs as two fifths of one: on the 240
 * definitions of tests/servers within a tenth of what o200k (OpenAI) counts, for nine of ten. No
 * promise for other languages than English.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECES)) {
    const first = piece.charCodeAt(0);
    if (isLetter(first)) tokens += Math.ceil(piece.length / 10);
    else if (piece.trim() !== "") tokens += first < 0x80 && !isDigit(first) ? 0.4 : 1;
  }
  return Math.round(tokens);
}

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
