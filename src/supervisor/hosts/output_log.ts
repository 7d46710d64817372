/** What a tool host prints, line by line into the log, and not faster than anybody could read. */
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";

/** Takes a line, or tells how many were left out. */
export interface OutputListener {
  onLine(stream: "stdout" | "stderr", line: string): void;
  onDropped(count: number): void;
}

const PERIOD_MS = 1_000;

/** The output of one host. */
export class OutputLog {
  readonly #clock: Clock;
  readonly #listener: OutputListener;
  readonly #rest = { stdout: "", stderr: "" };
  #periodStartMs = 0;
  #lines = 0;
  #chars = 0;
  #dropped = 0;
  /** The end of what came by stderr: why a host ended is often said there. */
  lastWords = "";

  constructor(clock: Clock, listener: OutputListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#periodStartMs = clock.now();
  }

  /** Gives for how many milliseconds no more is to be read: reading, too, costs the server time. */
  write(stream: "stdout" | "stderr", text: string): number {
    this.#turnPeriod();
    this.#chars += text.length;
    if (stream === "stderr") {
      this.lastWords = (this.lastWords + text).slice(-LIMITS.hostPrintedCharsMax);
    }
    const lines = (this.#rest[stream] + text).split("\n");
    this.#rest[stream] = lines.pop()!.slice(0, LIMITS.hostPrintedCharsMax);
    for (const line of lines) this.#take(stream, line);
    if (this.#chars <= LIMITS.printedCharsPerSec) return 0;
    return this.#periodStartMs + PERIOD_MS - this.#clock.now();
  }

  /** Nothing more comes: what has no newline is a line, too. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const rest = this.#rest[stream];
      this.#rest[stream] = "";
      if (rest !== "") this.#take(stream, rest);
    }
    this.#tellDropped();
  }

  #take(stream: "stdout" | "stderr", line: string): void {
    if (this.#lines >= LIMITS.hostPrintedPerSec) {
      this.#dropped++;
      return;
    }
    this.#lines++;
    const text = line.replace(/\r$/, "");
    this.#listener.onLine(stream, text.slice(0, LIMITS.hostPrintedCharsMax));
  }

  #turnPeriod(): void {
    const nowMs = this.#clock.now();
    if (nowMs - this.#periodStartMs < PERIOD_MS) return;
    this.#tellDropped();
    this.#periodStartMs = nowMs;
    this.#lines = 0;
    this.#chars = 0;
  }

  #tellDropped(): void {
    if (this.#dropped > 0) this.#listener.onDropped(this.#dropped);
    this.#dropped = 0;
  }
}
