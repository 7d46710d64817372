/** Messages worked off one after the other, whoever posts them and from where. */

export class Mailbox {
  readonly #messages: (() => void)[] = [];
  #busy = false;

  /** Works the message off, after those that came before; at once when there are none. */
  readonly post = (message: () => void): void => {
    this.#messages.push(message);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#messages.shift(); next !== undefined; next = this.#messages.shift()) {
        next();
      }
    } finally {
      this.#busy = false;
    }
  };
}
