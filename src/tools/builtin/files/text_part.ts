/** Tells text from other bytes, and cuts text between characters only. */

/** Bytes of the longest UTF-8 sequence, less one. */
const TAIL_BYTES_MAX = 3;

export interface TextPart {
  readonly text: string;
  /** Bytes left out in front: the rest of a character that began before. */
  readonly skipped: number;
  /** Bytes that `text` came from. */
  readonly used: number;
}

/**
 * The text that a part of a file is; undefined when it is not UTF-8 or holds a NUL.
 * A character that the part's borders cut in two is left out, unless nothing else is there.
 */
export function decodePart(
  bytes: Uint8Array,
  borders: { readonly atStart: boolean; readonly atEnd: boolean },
): TextPart | undefined {
  if (bytes.includes(0)) return undefined;
  const skipped = borders.atStart ? 0 : continuationBytes(bytes);
  const end = borders.atEnd ? bytes.length : bytes.length - cutTail(bytes);
  if (end <= skipped && bytes.length > 0) return undefined;
  const text = decodeUtf8(bytes.subarray(skipped, end));
  return text === undefined ? undefined : { text, skipped, used: end - skipped };
}

/** Whole UTF-8 without a NUL, or undefined. A byte order mark stays, as every other character does. */
export function decodeText(bytes: Uint8Array): string | undefined {
  return bytes.includes(0) ? undefined : decodeUtf8(bytes);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many bytes in front can only belong to a character that began before (RFC 3629: 10xxxxxx). */
function continuationBytes(bytes: Uint8Array): number {
  let count = 0;
  while (count < TAIL_BYTES_MAX && isContinuation(bytes[count])) count++;
  return count;
}

/** How many bytes at the end begin a character that they do not complete. */
function cutTail(bytes: Uint8Array): number {
  for (let back = 1; back <= TAIL_BYTES_MAX; back++) {
    const byte = bytes[bytes.length - back];
    if (byte === undefined) return 0;
    if (!isContinuation(byte)) return back < sequenceBytes(byte) ? back : 0;
  }
  return 0;
}

function sequenceBytes(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
