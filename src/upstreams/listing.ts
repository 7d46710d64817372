/** What an upstream has, as it is listed: read anew when it changes, left out when it stays away. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { UpstreamLists } from "./read_lists.ts";
import { refreshAfterMs, type UpstreamSettings } from "./settings.ts";

/** What a listing stands on. */
export interface ListingParts {
  readonly settings: UpstreamSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** What is to be served is something else now. */
  readonly onChange: (why: string) => void;
  /** Reads all lists; undefined while there is no connection, or when it was lost meanwhile. */
  readonly read: () => Promise<UpstreamLists | undefined> | undefined;
}

export class Listing {
  readonly #parts: ListingParts;
  #lists: UpstreamLists | undefined;
  #isListed = false;
  #isClosed = false;
  #cancelLeaveOut: CancelTimer | undefined;
  #cancelRefresh: CancelTimer | undefined;
  #refreshing: Promise<void> | undefined;
  #refreshAgain = false;

  constructor(parts: ListingParts) {
    this.#parts = parts;
  }

  /** What is to be served; undefined while it is left out. */
  get lists(): UpstreamLists | undefined {
    return this.#isListed ? this.#lists : undefined;
  }

  /** The upstream is there, and has this. */
  take(lists: UpstreamLists, why: string): void {
    this.#cancelLeaveOut?.();
    this.#cancelLeaveOut = undefined;
    const isSame = this.#isListed && JSON.stringify(lists) === JSON.stringify(this.#lists);
    this.#lists = lists;
    this.#isListed = true;
    this.#cancelRefresh?.();
    const afterMs = refreshAfterMs(this.#parts.settings, lists.ttlMs);
    if (afterMs !== undefined) {
      this.#cancelRefresh = this.#parts.clock.after(afterMs, () => this.refresh());
    }
    if (!isSame) this.#parts.onChange(why);
  }

  /** It is away: what it has stays in the lists for a while, since it may be back soon. */
  away(): void {
    if (!this.#isListed || this.#isClosed || this.#cancelLeaveOut !== undefined) return;
    this.#cancelLeaveOut = this.#parts.clock.after(this.#parts.settings.leaveOutMs, () => {
      this.#isListed = false;
      this.#cancelLeaveOut = undefined;
      this.#parts.onChange("it is away");
    });
  }

  /** Nobody can be asked for lists: they stay what they are. */
  pause(): void {
    this.#cancelRefresh?.();
  }

  /** One at a time: what changes while the lists are read makes them be read once more. */
  refresh(): void {
    this.#refreshAgain = true;
    this.#refreshing ??= this.#refreshNow().finally(() => this.#refreshing = undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLeaveOut?.();
    this.#cancelRefresh?.();
  }

  async #refreshNow(): Promise<void> {
    while (this.#refreshAgain) {
      this.#refreshAgain = false;
      try {
        const lists = await this.#parts.read();
        if (lists !== undefined && !this.#isClosed) this.take(lists, "its lists have changed");
      } catch (thrown) {
        this.#parts.log.warn("the lists of an upstream cannot be read again", {
          upstream: this.#parts.settings.name,
          error: describeThrown(thrown),
        });
      }
    }
  }
}
