/**
 * Reads tenants anew that have changed: at once, but never so many that nobody else has a turn. After
 * the store was away, any of a million may have changed.
 */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";

/** Tenants that are read side by side. */
const AT_ONCE = 256;

export interface RereaderOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Reads one anew; rejects while it cannot. */
  readonly read: (id: string) => Promise<void>;
}

export class Rereader {
  readonly #options: RereaderOptions;
  /** Those that are known to have changed. */
  readonly #changed = new Set<string>();
  /** Those that may have. */
  readonly #doubtful = new Set<string>();
  #isReading = false;
  /** The last of them could not be read. */
  #isFailing = false;
  #cancelPause: CancelTimer | undefined;
  #closed = false;

  constructor(options: RereaderOptions) {
    this.#options = options;
  }

  /** It has changed. */
  add(id: string): void {
    this.#changed.add(id);
    this.#go();
  }

  /** Any of these may have changed; the first are read first. */
  addAll(ids: Iterable<string>): void {
    for (const id of ids) this.#doubtful.add(id);
    this.#go();
  }

  close(): void {
    this.#closed = true;
    this.#cancelPause?.();
  }

  #go(): void {
    if (this.#isReading || this.#closed) return;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    void this.#read();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    let isFull = false;
    while (!isFull && !this.#closed) {
      const ids = [...take(this.#changed, AT_ONCE)];
      ids.push(...take(this.#doubtful, AT_ONCE - ids.length));
      if (ids.length === 0) break;
      const errors = await Promise.all(ids.map((id) => this.#readOne(id)));
      this.#note(errors.find((each) => each !== undefined));
      isFull = this.#isFailing || ids.length === AT_ONCE;
    }
    this.#isReading = false;
    if (this.#changed.size + this.#doubtful.size === 0 || this.#closed) return;
    // The store is away in the moment of a change, and is asked until it tells; or others have a turn.
    const pauseMs = this.#isFailing ? LIMITS.statePollMs : 0;
    this.#cancelPause = this.#options.clock.after(pauseMs, () => this.#go());
  }

  /** Told once, not at each try. */
  #note(error: unknown): void {
    const isFailing = error !== undefined;
    if (isFailing && !this.#isFailing) {
      const message = "changed tenants cannot be read; this is tried until they can";
      this.#options.log.warn(message, { error: describeThrown(error) });
    }
    this.#isFailing = isFailing;
  }

  async #readOne(id: string): Promise<unknown> {
    try {
      await this.#options.read(id);
      return undefined;
    } catch (error) {
      this.#changed.add(id);
      return error;
    }
  }
}

/** Takes out up to `max` of those that stand there longest. */
function* take(ids: Set<string>, max: number): Generator<string> {
  let left = max;
  for (const id of ids) {
    if (left-- <= 0) return;
    ids.delete(id);
    yield id;
  }
}
