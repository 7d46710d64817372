/** How large a text is where it is kept or sent. */

/** From this length on the engine's own way is faster than a loop. */
const LONG_CHARS = 4_096;
const ENCODER = new TextEncoder();

/** Bytes of a text in UTF-8; half a surrogate pair counts as its replacement does: three. */
export function utf8Length(text: string): number {
  const { length } = text;
  if (length > LONG_CHARS) return ENCODER.encode(text).length;
  let bytes = length;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else {
      bytes += 2;
      // A pair has four bytes: two for each half.
      if (code >= 0xd800 && code < 0xdc00 && isLowHalf(text.charCodeAt(at + 1))) at++;
    }
  }
  return bytes;
}

function isLowHalf(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
