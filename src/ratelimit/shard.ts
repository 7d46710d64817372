/**
 * A part of the table of keys: open addressing with linear probing over one buffer, 16 bytes a
 * slot, so that a look-up is one cache line. A key is 64 bits of hash, its state one time.
 */

/** Fuller than this, probing gets slow. */
const LOAD_MAX = 0.625;
const SLOTS_MIN = 8;
/** Where there is no key. */
export const NO_SLOT = -1;

/**
 * Keys and their theoretical arrival times. A key whose time has come is as good as one that was
 * never seen: such keys are idle, and only they are ever dropped, all of the shard's at once when
 * it fills up. So nothing is evicted that would admit more by being forgotten.
 */
export class RateShard {
  readonly #keysMax: number;
  readonly #slotsMax: number;
  /** Of each slot the hash, in words 0 and 1 of 4; both 0 where it is free. */
  #hashes!: Int32Array;
  /** Of each slot the time, in double 1 of 2. */
  #times!: Float64Array;
  #mask = 0;
  #size = 0;
  /** Before this no key is idle, as far as is known. */
  #idleFromNs = 0;

  /** Holds up to `keysMax` keys, of which there is at least one. */
  constructor(keysMax: number) {
    this.#keysMax = keysMax;
    this.#slotsMax = slotsFor(keysMax, LOAD_MAX);
    this.#allocate(Math.min(SLOTS_MIN, this.#slotsMax));
  }

  /** How many keys it has, idle ones included. */
  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#hashes.byteLength;
  }

  /** When it is worth trying to insert again, after `insert` refused. */
  get idleFromNs(): number {
    return this.#idleFromNs;
  }

  /** The slot of a key, good until the next `insert`; `NO_SLOT` when there is none. */
  find(low: number, high: number): number {
    const hashes = this.#hashes;
    const mask = this.#mask;
    const marked = mark(low, high);
    for (let slot = low & mask;; slot = (slot + 1) & mask) {
      const at = slot << 2;
      const found = hashes[at]!;
      if (found === low && hashes[at + 1] === marked) return slot;
      if (found === 0 && hashes[at + 1] === 0) return NO_SLOT;
    }
  }

  timeAt(slot: number): number {
    return this.#times[(slot << 1) + 1]!;
  }

  setTime(slot: number, tatNs: number): void {
    this.#times[(slot << 1) + 1] = tatNs;
  }

  /** Takes a debit back: the key may be idle sooner than was known. */
  giveBack(slot: number, tatNs: number): void {
    this.setTime(slot, tatNs);
    this.#idleFromNs = Math.min(this.#idleFromNs, tatNs);
  }

  /** Takes a key that is not there yet. False when all places are taken by keys that are not idle. */
  insert(low: number, high: number, tatNs: number, nowNs: number): boolean {
    if (this.#size >= this.#keysMax && !this.#dropIdle(nowNs)) return false;
    if (this.#size + 1 > (this.#mask + 1) * LOAD_MAX) this.#rebuild(nowNs);
    this.#put(low, mark(low, high), tatNs);
    return true;
  }

  /** Time begins anew, `byNs` later than before. */
  rebase(byNs: number): void {
    const times = this.#times;
    for (let at = 1; at < times.length; at += 2) times[at] = Math.max(0, times[at]! - byNs);
    this.#idleFromNs = Math.max(0, this.#idleFromNs - byNs);
  }

  /** At the bound. Remembers when there is nothing to drop: a full table must not cost a pass a call. */
  #dropIdle(nowNs: number): boolean {
    if (nowNs < this.#idleFromNs) return false;
    let firstNs = Infinity;
    this.#eachKey((_low, _high, tatNs) => {
      if (tatNs < firstNs) firstNs = tatNs;
    });
    this.#idleFromNs = firstNs;
    if (firstNs > nowNs) return false;
    this.#rebuild(nowNs);
    return true;
  }

  /** Moves all but the idle keys to new slots, as many as they need. */
  #rebuild(nowNs: number): void {
    const live: number[] = [];
    this.#eachKey((low, high, tatNs) => {
      if (tatNs > nowNs) live.push(low, high, tatNs);
    });
    const slots = slotsFor(live.length / 3 + 1, LOAD_MAX / 2);
    this.#allocate(Math.min(Math.max(slots, SLOTS_MIN), this.#slotsMax));
    for (let at = 0; at < live.length; at += 3) {
      this.#put(live[at]!, live[at + 1]!, live[at + 2]!);
    }
  }

  #put(low: number, marked: number, tatNs: number): void {
    let slot = low & this.#mask;
    while (this.#isTaken(slot)) slot = (slot + 1) & this.#mask;
    this.#hashes[slot << 2] = low;
    this.#hashes[(slot << 2) + 1] = marked;
    this.setTime(slot, tatNs);
    this.#size++;
  }

  #isTaken(slot: number): boolean {
    return this.#hashes[slot << 2] !== 0 || this.#hashes[(slot << 2) + 1] !== 0;
  }

  #eachKey(visit: (low: number, high: number, tatNs: number) => void): void {
    for (let slot = 0; slot <= this.#mask; slot++) {
      if (!this.#isTaken(slot)) continue;
      visit(this.#hashes[slot << 2]!, this.#hashes[(slot << 2) + 1]!, this.timeAt(slot));
    }
  }

  #allocate(slots: number): void {
    const buffer = new ArrayBuffer(slots * 16);
    this.#hashes = new Int32Array(buffer);
    this.#times = new Float64Array(buffer);
    this.#mask = slots - 1;
    this.#size = 0;
  }
}

/** The word that stands for the hash's high one: not 0 where the low one is, which means free. */
function mark(low: number, high: number): number {
  return low === 0 && high === 0 ? 1 : high;
}

/** The power of two at which so many keys make no greater load. */
function slotsFor(keys: number, load: number): number {
  return 2 ** Math.ceil(Math.log2(keys / load));
}
