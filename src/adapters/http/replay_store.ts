/** Events of legacy streams, kept for clients that come back for them; bounded over all sessions. */
import { LIMITS } from "../../base/limits.ts";

interface Kept {
  readonly log: ReplayLog;
  readonly seq: number;
  readonly text: string;
}

/** What all streams share: the bound, and the order in which events are forgotten. */
export class ReplayStore {
  /** In the order of their coming, the oldest first. */
  readonly #kept = new Set<Kept>();
  readonly #charsMax: number;
  #chars = 0;

  constructor(charsMax: number = LIMITS.replayCharsMax) {
    this.#charsMax = charsMax;
  }

  /** Characters that are kept. */
  get chars(): number {
    return this.#chars;
  }

  add(kept: Kept): void {
    this.#kept.add(kept);
    this.#chars += kept.text.length;
    for (const oldest of this.#kept) {
      if (this.#chars <= this.#charsMax) return;
      oldest.log.forget(oldest);
    }
  }

  delete(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#chars -= kept.text.length;
  }
}

/** The events of one stream, numbered from 1. */
export class ReplayLog {
  readonly #store: ReplayStore;
  readonly #kept = new Set<Kept>();
  #lastSeq = 0;

  constructor(store: ReplayStore) {
    this.#store = store;
  }

  /** The number of the newest event; 0 before there was one. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Keeps an event and gives its number. */
  add(text: string): number {
    this.#lastSeq++;
    const kept = { log: this, seq: this.#lastSeq, text };
    this.#kept.add(kept);
    this.#store.add(kept);
    return this.#lastSeq;
  }

  /** What came after an event and is not forgotten, in order. */
  *after(seq: number): Generator<{ readonly seq: number; readonly text: string }> {
    for (const kept of this.#kept) if (kept.seq > seq) yield kept;
  }

  forget(kept: Kept): void {
    this.#kept.delete(kept);
    this.#store.delete(kept);
  }

  forgetAll(): void {
    for (const kept of this.#kept) this.forget(kept);
  }
}
