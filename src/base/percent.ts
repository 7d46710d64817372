/** Percent-encoding (RFC 3986 section 2.1), read so that no two ways of writing hide what is meant. */

const RUN = /(?:%[0-9a-f]{2})+/gi;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes once all that is encoded. Bytes that are no UTF-8 become U+FFFD: they hide no others. */
export function decodePercents(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(RUN, (run) => {
    const bytes = run.slice(1).split("%").map((hex) => parseInt(hex, 16));
    return UTF8.decode(Uint8Array.from(bytes));
  });
}

/**
 * The text and what it becomes by being decoded again and again, until nothing is left to decode;
 * undefined when that takes more than `max` times.
 */
export function decodings(text: string, max: number): readonly string[] | undefined {
  const found = [text];
  for (let times = 0; times <= max; times++) {
    const next = decodePercents(found[times]!);
    if (next === found[times]) return found;
    found.push(next);
  }
  return undefined;
}
