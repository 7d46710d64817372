/** Where the lines of a text are: looked up for thousands of findings, so it is worked out once. */

export class TextLines {
  readonly #text: string;
  /** Where each line begins. */
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  /** Counted from 1, as editors do; columns in UTF-16 units. */
  at(offset: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 };
  }

  /** The text of a line, from 1, without its end. */
  text(line: number): string {
    const end = this.#starts[line];
    const start = this.#starts[line - 1] ?? this.#text.length;
    const text = this.#text.slice(start, end === undefined ? undefined : end - 1);
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}

/** The place of one offset, where only one is wanted. */
export function lineAt(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  return new TextLines(text).at(offset);
}
