/** JSON texts of strangers: how deep one is nested is found out before it is parsed. */
import { LIMITS } from "./limits.ts";

/**
 * Parses one message.
 *
 * @throws {SyntaxError} when it is no JSON, or longer than `LIMITS.messageShortChars` and nested more
 * than `LIMITS.messageDepthMax` deep. A short one has no room for depths that harm; to count its
 * brackets would cost a tenth of what is done for a call.
 */
export function parseMessage(text: string): unknown {
  const max = LIMITS.messageDepthMax;
  if (text.length > LIMITS.messageShortChars && depthExceeds(text, max)) {
    throw new SyntaxError(`it is nested more than ${max} deep, expected at most ${max}`);
  }
  return JSON.parse(text);
}

/**
 * True when arrays and objects stand more than `max` deep within each other, as far as a text is
 * JSON. Bounds what `JSON.parse` may build: a message of brackets alone costs fifty times its size.
 *
 * Most texts have fewer opening brackets than `max` altogether, and finding these costs a few
 * nanoseconds each, however long the text; only others are read character by character.
 */
export function depthExceeds(text: string, max: number): boolean {
  if (text.length <= max) return false;
  const left = max - countUpTo(text, "[", max);
  if (left >= 0 && countUpTo(text, "{", left) <= left) return false;
  return scanDepth(text, max);
}

/** How often a character occurs; one more than `max` stands for any more. */
function countUpTo(text: string, char: string, max: number): number {
  let count = 0;
  for (let at = text.indexOf(char); at >= 0; at = text.indexOf(char, at + 1)) {
    if (++count > max) return count;
  }
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function scanDepth(text: string, max: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    // "[" and "{" differ in one bit, and so do "]" and "}".
    else if ((code | 0x20) === 0x7b) {
      if (++depth > max) return true;
    } else if ((code | 0x20) === 0x7d) depth--;
  }
  return false;
}

/** Where the string that begins at `start` ends: at its closing quote, or behind the text. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}
