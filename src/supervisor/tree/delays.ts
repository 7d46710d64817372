/** Things that are to be done later, each at most once, and can be called off. */
import type { CancelTimer, Clock } from "../../base/clock.ts";

export class Delays<K> {
  readonly #clock: Clock;
  readonly #post: (message: () => void) => void;
  readonly #waiting = new Map<K, CancelTimer>();

  /** What is due is posted. */
  constructor(clock: Clock, post: (message: () => void) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  has(key: K): boolean {
    return this.#waiting.has(key);
  }

  /** Takes the place of what waits under the same key; without a delay it is done at once. */
  add(key: K, delayMs: number, action: () => void): void {
    this.delete(key);
    if (delayMs === 0) return action();
    const cancel = this.#clock.after(delayMs, () =>
      this.#post(() => {
        // It may have been called off, and put on again, while it was posted.
        if (this.#waiting.get(key) !== cancel) return;
        this.#waiting.delete(key);
        action();
      }));
    this.#waiting.set(key, cancel);
  }

  delete(key: K): void {
    this.#waiting.get(key)?.();
    this.#waiting.delete(key);
  }

  clear(): void {
    for (const key of [...this.#waiting.keys()]) this.delete(key);
  }
}
