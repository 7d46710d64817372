/** A list in a stable order that is given out in pages. */

import { encodeBase64 } from "./base64.ts";

/** A part of a list. */
export interface Page<T> {
  /** In the order of the list. */
  readonly items: readonly T[];
  /** Where the next page starts; undefined on the last one. */
  readonly nextCursor: string | undefined;
}

/**
 * Items in the order of their keys. A cursor holds the key that the page before ended with, so
 * that it stays good when items come and go.
 */
export class SortedList<T> {
  readonly items: readonly T[];
  readonly #keys: readonly string[];
  readonly #mark: string;

  /** `kind` marks the cursors, so that those of another list are not taken. Keys must differ. */
  constructor(kind: string, items: readonly T[], keyOf: (item: T) => string) {
    this.items = [...items].sort((a, b) => compare(keyOf(a), keyOf(b)));
    this.#keys = this.items.map(keyOf);
    this.#mark = `${kind}:`;
  }

  /** A page of at most `max` items; undefined for a cursor that this list never gave. */
  page(cursor: string | undefined, max: number): Page<T> | undefined {
    const after = cursor === undefined ? undefined : this.#read(cursor);
    if (cursor !== undefined && after === undefined) return undefined;
    const start = after === undefined ? 0 : this.#firstAfter(after);
    const end = Math.min(start + max, this.items.length);
    const last = end < this.items.length ? this.#keys[end - 1] : undefined;
    return {
      items: this.items.slice(start, end),
      nextCursor: last === undefined ? undefined : this.#write(last),
    };
  }

  /** By binary search. */
  #firstAfter(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! > key) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #write(key: string): string {
    return encodeBase64(new TextEncoder().encode(this.#mark + key));
  }

  #read(cursor: string): string | undefined {
    try {
      const bytes = Uint8Array.from(atob(cursor), (c) => c.charCodeAt(0));
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return text.startsWith(this.#mark) ? text.slice(this.#mark.length) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** By code unit, so that the order is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
