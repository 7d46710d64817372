/** Waiting in tests: for conditions and for items that come in, with generous bounds and never by a fixed sleep. */

/** How long a test waits for what must happen; far above what it takes on a busy machine. */
export const WAIT_MS = 30_000;

/** The promise's value, or an error that names `what` when it does not come in time. */
export async function within<T>(promise: Promise<T>, what: string, ms = WAIT_MS): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new Error(`Waited ${ms} ms in vain for ${what}`));
  }, ms);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Polls until the condition holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = WAIT_MS,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Keeps what comes in, in order, and hands it to those who wait for it. */
export class Feed<T> {
  readonly items: T[] = [];
  readonly #describe: () => string;
  #read = 0;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  /** `describe` adds to the error what may explain why the item never came. */
  constructor(describe: () => string = () => "") {
    this.#describe = describe;
  }

  push(item: T): void {
    this.items.push(item);
    this.#wake();
  }

  /** Nothing more comes; whoever still waits learns it. */
  end(): void {
    this.#ended = true;
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
