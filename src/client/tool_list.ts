/** All tools, page after page: awaited they are an array, iterated they come as they are read. */
import type { ToolInfo } from "./types.ts";

/** A page as the server gives it. */
export interface ToolPage {
  /** The tools, by name. */
  readonly tools: readonly ToolInfo[];
  /** For the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** A server that never ends its list is not read for ever. */
const PAGES_MAX = 10_000;

/** `await` it for an array of all tools, or go through it by `for await`; each begins with the first page. */
export class ToolList implements PromiseLike<ToolInfo[]>, AsyncIterable<ToolInfo> {
  readonly #load: (cursor: string | undefined) => Promise<ToolPage>;

  /** Loads pages by `load`. */
  constructor(load: (cursor: string | undefined) => Promise<ToolPage>) {
    this.#load = load;
  }

  /** Goes through the tools; a page is loaded when the one before is used up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ToolInfo, void, undefined> {
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const { tools, nextCursor } = await this.#load(cursor);
      yield* tools;
      if (nextCursor === undefined) return;
      cursor = nextCursor;
    }
  }

  /** Loads all of them. */
  then<A = ToolInfo[], B = never>(
    onDone?: ((tools: ToolInfo[]) => A | PromiseLike<A>) | null,
    onFailed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#all().then(onDone, onFailed);
  }

  async #all(): Promise<ToolInfo[]> {
    const all: ToolInfo[] = [];
    for await (const tool of this) all.push(tool);
    return all;
  }
}
