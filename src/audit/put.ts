/**
 * Short pieces of a line, written byte by byte into room that is there: for pieces so small a
 * call into the engine, or a look at the room left, costs several times that. Each says where
 * the next one goes.
 */

/** Room that a number needs at most: `-2.2250738585072014e-308`. */
export const NUMBER_BYTES_MAX = 24;
/** What fits a register is written without a text. */
const INTEGER_MAX = 2 ** 31 - 1;
const ZERO = 48;

/** Writes a short piece; long ones are faster by `set`. */
export function putShort(piece: Uint8Array, bytes: Uint8Array, at: number): number {
  const { length } = piece;
  for (let i = 0; i < length; i++) bytes[at + i] = piece[i]!;
  return at + length;
}

/** Writes a number as JSON has it. */
export function putNumber(value: number, bytes: Uint8Array, at: number): number {
  if (!(value >= 0 && value <= INTEGER_MAX) || value !== (value | 0)) {
    return putAscii(Number.isFinite(value) ? String(value) : "null", bytes, at);
  }
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  let left = value | 0;
  for (let place = at + digits - 1; place >= at; place--) {
    const next = (left / 10) | 0;
    bytes[place] = ZERO + left - next * 10;
    left = next;
  }
  return at + digits;
}

function putAscii(text: string, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}
