/** What comes in from a process, kept in order for those who wait for it. */
import { WAIT_MS, within } from "./wait.ts";

/** Keeps what comes in, in order, and hands it to those who wait for it. */
export class Feed<T> {
  readonly items: T[] = [];
  readonly #describe: () => string;
  readonly #branches: Feed<T>[] = [];
  #read = 0;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  /** `describe` adds to the error what may explain why the item never came. */
  constructor(describe: () => string = () => "") {
    this.#describe = describe;
  }

  push(item: T): void {
    this.items.push(item);
    for (const branch of this.#branches) branch.push(item);
    this.#wake();
  }

  /** A feed of what comes in from now on. */
  branch(): Feed<T> {
    const branch = new Feed<T>(this.#describe);
    this.#branches.push(branch);
    if (this.#ended) branch.end();
    return branch;
  }

  /** Nothing more comes; whoever still waits learns it. */
  end(): void {
    this.#ended = true;
    for (const branch of this.#branches) branch.end();
    this.#wake();
  }

  /** The first item, of the past or the future, that matches. */
  async find(matches: (item: T) => boolean, what: string, ms = WAIT_MS): Promise<T> {
    const end = performance.now() + ms;
    for (let at = 0;; at++) {
      while (at >= this.items.length) await this.#more(what, end - performance.now());
      if (matches(this.items[at]!)) return this.items[at]!;
    }
  }

  /** The first item that was not handed out by `next` before. */
  async next(what = "the next item", ms = WAIT_MS): Promise<T> {
    const at = this.#read++;
    const end = performance.now() + ms;
    while (at >= this.items.length) await this.#more(what, end - performance.now());
    return this.items[at]!;
  }

  /** Resolves when nothing more comes. */
  async ended(ms = WAIT_MS): Promise<void> {
    while (!this.#ended) await within(this.#changed.promise, "the end of the stream", ms);
  }

  async #more(what: string, ms: number): Promise<void> {
    if (this.#ended) throw new Error(`There will be no ${what}: the stream ended${this.#about()}`);
    try {
      await within(this.#changed.promise, what, Math.max(ms, 1));
    } catch (cause) {
      throw new Error(`${(cause as Error).message}${this.#about()}`, { cause });
    }
  }

  #about(): string {
    const text = this.#describe();
    return text === "" ? "" : `\n${text}`;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
