/** How far a task is, as its status message: written now and then, however often the tool says so. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { CallEvent } from "../pipeline/call.ts";

/** Hands on the first word at once, then the last one of each half second. */
export class ProgressWriter {
  readonly #clock: Clock;
  readonly #write: (message: string) => void;
  #waiting: string | undefined;
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock, write: (message: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  readonly onEvent = (event: CallEvent): void => {
    if (event.kind !== "progress") return;
    const { progress, total, message } = event;
    const text = message ?? (total === undefined ? `${progress}` : `${progress} of ${total}`);
    if (this.#cancel === undefined) this.#hand(text);
    else this.#waiting = text;
  };

  /** Nothing more is handed on. */
  close(): void {
    this.#cancel?.();
  }

  #hand(message: string): void {
    this.#waiting = undefined;
    this.#cancel = this.#clock.after(LIMITS.taskProgressMs, () => {
      this.#cancel = undefined;
      if (this.#waiting !== undefined) this.#hand(this.#waiting);
    });
    this.#write(message);
  }
}
