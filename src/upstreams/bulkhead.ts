/** So many calls at once, and so many that wait: one upstream's trouble does not become everybody's. */

/** Gives its place back; must be called once. */
export type Leave = () => void;

export class Bulkhead {
  readonly #placesMax: number;
  readonly #waitingMax: number;
  readonly #waiting: ((leave: Leave) => void)[] = [];
  #taken = 0;

  constructor(placesMax: number, waitingMax: number) {
    this.#placesMax = placesMax;
    this.#waitingMax = waitingMax;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** A place, now or later; undefined when too many wait already. */
  enter(): Leave | Promise<Leave> | undefined {
    if (this.#taken < this.#placesMax) {
      this.#taken++;
      return this.#leave;
    }
    if (this.#waiting.length >= this.#waitingMax) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  readonly #leave: Leave = () => {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken--;
    else next(this.#leave);
  };
}
