/** Runs whose call has its answer while the tool still works, looked at once a heartbeat. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import type { Run } from "./run.ts";

/** After so many heartbeats a tool is not expected to end any more. */
const BEATS_MAX = 2;

export class Lingering {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #giveUp: (run: Run) => boolean;
  readonly #beats = new Map<Run, number>();
  #cancelBeat: CancelTimer | undefined;

  /** `giveUp` says whether the run was given up; one that was not is asked about again. */
  constructor(clock: Clock, periodMs: number, giveUp: (run: Run) => boolean) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#giveUp = giveUp;
  }

  add(run: Run): void {
    this.#beats.set(run, 0);
    if (this.#cancelBeat === undefined) this.#schedule();
  }

  delete(run: Run): void {
    this.#beats.delete(run);
  }

  /** Looks no more. */
  close(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  #schedule(): void {
    this.#cancelBeat = this.#clock.after(this.#periodMs, () => this.#beat());
  }

  #beat(): void {
    for (const [run, seen] of this.#beats) {
      if (seen + 1 < BEATS_MAX) this.#beats.set(run, seen + 1);
      else if (this.#giveUp(run)) this.#beats.delete(run);
    }
    this.#cancelBeat = undefined;
    if (this.#beats.size > 0) this.#schedule();
  }
}
