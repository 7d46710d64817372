/** Modules as they were loaded, for as many generations as have them. */
import type { GenerationFeatures, LoadedFeatures } from "../src/runtime/reload.ts";

export class SharedLoad {
  #users = 0;
  readonly #features: GenerationFeatures;
  readonly #waiting: readonly string[];
  readonly #release: () => void;

  /** `release` is called when the last generation has gone. */
  constructor(features: GenerationFeatures, waiting: readonly string[], release: () => void) {
    this.#features = features;
    this.#waiting = waiting;
    this.#release = release;
  }

  /** Whether there is a generation that has them. */
  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** For one generation more, which has what `add` makes of them. Throws what that throws. */
  share(add: (features: GenerationFeatures) => GenerationFeatures): LoadedFeatures {
    let isHeld = true;
    const release = () => {
      if (isHeld && --this.#users === 0) this.#release();
      isHeld = false;
    };
    this.#users++;
    try {
      return { ...add(this.#features), waiting: this.#waiting, onRetired: release };
    } catch (error) {
      release();
      throw error;
    }
  }
}
