/** Counts the calls of a run as they end, as a whole and by pieces of time. */
import { Latencies } from "./latencies.ts";

/** How a call ended: undefined for a result, else the code of what it was instead. */
export type CallEnd = string | undefined;

/** What happened in one piece of time. */
export interface TimelinePoint {
  /** Since the start of the run, to the end of the piece. */
  readonly atMs: number;
  readonly callsPerSec: number;
  readonly errors: number;
  /** In microseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** A run may meet anything; reports tell the commonest. The rest is counted as `other`. */
const CODES_MAX = 32;

/** Latencies are those of results, and of calls that never got an answer: how long they waited. */
export class Recorder {
  readonly latencies: Latencies = new Latencies();
  readonly errors: Map<string, number> = new Map();
  readonly timeline: TimelinePoint[] = [];
  results = 0;
  readonly #piece = new Latencies();
  readonly #startMs: number;
  readonly #pieceMs: number;
  #pieceStart: number;
  #pieceResults = 0;
  #pieceErrors = 0;

  /** Pieces of time are `pieceMs` long, from `startMs` on. */
  constructor(startMs: number, pieceMs: number) {
    this.#startMs = startMs;
    this.#pieceMs = pieceMs;
    this.#pieceStart = startMs;
  }

  get errorCount(): number {
    return this.errors.values().reduce((sum, count) => sum + count, 0);
  }

  /** A call that ended at `nowMs` after so long. True when a piece ended, which takes a while. */
  record(end: CallEnd, latencyMs: number, nowMs: number): boolean {
    const isTurn = nowMs - this.#pieceStart >= this.#pieceMs;
    if (isTurn) this.#turn(nowMs);
    if (end === undefined) this.#piece.add(latencyMs);
    this.count(end);
    return isTurn;
  }

  /** A call that ended without having been timed. */
  count(end: CallEnd): void {
    if (end === undefined) {
      this.results++;
      this.#pieceResults++;
      return;
    }
    const code = this.errors.has(end) || this.errors.size < CODES_MAX ? end : "other";
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    this.#pieceErrors++;
  }

  /** A call that never got an answer, and had waited so long. */
  unanswered(code: string, waitedMs: number): void {
    this.#piece.add(waitedMs);
    this.count(code);
  }

  /** Nothing more will be told. */
  finish(nowMs: number): void {
    // A rest of a piece is too short to say how fast it was, unless it is all there is.
    const isRest = nowMs - this.#pieceStart < this.#pieceMs / 2 && this.timeline.length > 0;
    this.#turn(nowMs, !isRest);
  }

  #turn(nowMs: number, tells = true): void {
    const ms = nowMs - this.#pieceStart;
    if (ms > 0 && tells) {
      this.timeline.push({
        atMs: nowMs - this.#startMs,
        callsPerSec: this.#pieceResults / ms * 1_000,
        errors: this.#pieceErrors,
        p50: this.#piece.percentile(50),
        p99: this.#piece.percentile(99),
      });
    }
    this.latencies.merge(this.#piece);
    this.#piece.clear();
    this.#pieceStart = nowMs;
    this.#pieceResults = 0;
    this.#pieceErrors = 0;
  }
}
