/**
 * Things that are open, by number: what a Map is for, where one comes and goes with every call.
 *
 * A Map that is added to and deleted from all the time is laid out anew each so many calls, and V8
 * links what it was to what it is. Once one of these is old, no collection of the young frees
 * anything that was ever in it: a third of the time of a hosted call went into copying the dead.
 * Here each thing has a place in an array, and leaves nothing behind.
 */
export class OpenTable<T> {
  #numbers: number[];
  #items: (T | undefined)[];
  #mask: number;
  #size = 0;
  #last = 0;

  /** `capacity` is a power of two: for how many there is room before it grows. */
  constructor(capacity = 64) {
    this.#mask = capacity - 1;
    this.#numbers = new Array(capacity).fill(0);
    this.#items = new Array(capacity).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  /** Gives the thing the next number, from 1, whose place is free. No number is given twice. */
  add(item: T): number {
    if (this.#size > this.#mask) this.#grow();
    do this.#last++; while (this.#items[this.#last & this.#mask] !== undefined);
    this.#put(this.#last, item);
    return this.#last;
  }

  /** Takes a thing that has its number from elsewhere, of another table; replaces one of that number. */
  set(number: number, item: T): void {
    while (this.#isTaken(number)) this.#grow();
    this.#put(number, item);
  }

  get(number: number): T | undefined {
    const place = number & this.#mask;
    return this.#numbers[place] === number ? this.#items[place] : undefined;
  }

  /** The thing, which is open no more. */
  take(number: number): T | undefined {
    const item = this.get(number);
    if (item === undefined) return undefined;
    this.#items[number & this.#mask] = undefined;
    this.#size--;
    return item;
  }

  /** The number of a thing; undefined when it is not there. */
  numberOf(item: T): number | undefined {
    const place = this.#items.indexOf(item);
    return place < 0 ? undefined : this.#numbers[place];
  }

  /** All that are open, in no order that means anything. */
  all(): T[] {
    return this.#items.filter((item) => item !== undefined);
  }

  clear(): void {
    this.#items.fill(undefined);
    this.#size = 0;
  }

  #isTaken(number: number): boolean {
    const place = number & this.#mask;
    return this.#items[place] !== undefined && this.#numbers[place] !== number;
  }

  #put(number: number, item: T): void {
    const place = number & this.#mask;
    if (this.#items[place] === undefined) this.#size++;
    this.#numbers[place] = number;
    this.#items[place] = item;
  }

  /** Numbers that had places of their own have them in a table of twice the size, too. */
  #grow(): void {
    const [numbers, items] = [this.#numbers, this.#items];
    const capacity = 2 * items.length;
    this.#mask = capacity - 1;
    this.#numbers = new Array(capacity).fill(0);
    this.#items = new Array(capacity).fill(undefined);
    this.#size = 0;
    items.forEach((item, place) => {
      if (item !== undefined) this.#put(numbers[place]!, item);
    });
  }
}
