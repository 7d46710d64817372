/** How much a host may say beside its results. */
import type { Clock } from "./clock.ts";
import { LIMITS } from "./limits.ts";

/** Two buckets, of frames and of characters, filled by time. */
export class Budget {
  readonly #clock: Clock;
  #frames: number = LIMITS.hostFramesBurst;
  #chars: number = LIMITS.hostCharsBurst;
  #filledMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledMs = clock.now();
  }

  /** Takes one frame of so many characters; false when the host has said too much. */
  take(chars: number): boolean {
    if (this.#frames < 1 || this.#chars < chars) this.#fill();
    this.#frames--;
    this.#chars -= chars;
    return this.#frames >= 0 && this.#chars >= 0;
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    const seconds = (nowMs - this.#filledMs) / 1_000;
    this.#filledMs = nowMs;
    const { hostFramesBurst, hostFramesPerSec, hostCharsBurst, hostCharsPerSec } = LIMITS;
    this.#frames = Math.min(hostFramesBurst, this.#frames + seconds * hostFramesPerSec);
    this.#chars = Math.min(hostCharsBurst, this.#chars + seconds * hostCharsPerSec);
  }
}
