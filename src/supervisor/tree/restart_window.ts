/** Counts restarts within a period (OTP, supervisor: maximum restart intensity). */

export class RestartWindow {
  readonly #intensity: number;
  readonly #periodMs: number;
  /** When the restarts of the last period were, at most `intensity` of them. */
  #times: number[] = [];

  constructor(intensity: number, periodMs: number) {
    this.#intensity = intensity;
    this.#periodMs = periodMs;
  }

  /** Notes a restart; false when it is one too many. */
  add(nowMs: number): boolean {
    this.#times = this.#times.filter((time) => time > nowMs - this.#periodMs);
    if (this.#times.length >= this.#intensity) return false;
    this.#times.push(nowMs);
    return true;
  }
}
