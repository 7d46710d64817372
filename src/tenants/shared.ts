/** What tenants share that say the same: there may be a million of them. */
import { LIMITS } from "../base/limits.ts";

/** Not stored at a tenant: what is of all tenants with the same words. */
export class Shared<T> {
  readonly #byText = new Map<string, T>();

  get(text: string, make: () => T): T {
    let value = this.#byText.get(text);
    if (value === undefined) {
      // Whoever comes later does without the sharing; nothing else is lost.
      if (this.#byText.size >= LIMITS.accessesMax) this.#byText.clear();
      value = make();
      this.#byText.set(text, value);
    }
    return value;
  }
}
