/** A circuit breaker for each tool: what breaks its host again and again is left alone for a while. */

interface Circuit {
  failures: number;
  /** Until when calls are refused; undefined while it is closed. */
  openUntilMs: number | undefined;
  /** A call is on its way that shows whether the tool works again. */
  probing: boolean;
}

export class Breaker {
  readonly #failuresMax: number;
  readonly #openMs: number;
  /** Those that have failed and not worked since. */
  readonly #circuits = new Map<string, Circuit>();

  /** After `failuresMax` failures in a row calls are refused for `openMs`; then one is tried. */
  constructor(failuresMax: number, openMs: number) {
    this.#failuresMax = failuresMax;
    this.#openMs = openMs;
  }

  /** Undefined for a call that may go on; else after how many milliseconds to come back. */
  admit(name: string, nowMs: number): number | undefined {
    const circuit = this.#circuits.size === 0 ? undefined : this.#circuits.get(name);
    if (circuit?.openUntilMs === undefined) return undefined;
    if (nowMs < circuit.openUntilMs) return circuit.openUntilMs - nowMs;
    if (circuit.probing) return this.#openMs;
    circuit.probing = true;
    return undefined;
  }

  onSuccess(name: string): void {
    if (this.#circuits.size > 0) this.#circuits.delete(name);
  }

  /** True when calls are refused from now on that were not before. */
  onFailure(name: string, nowMs: number): boolean {
    const circuit = this.#circuits.get(name) ??
      { failures: 0, openUntilMs: undefined, probing: false };
    this.#circuits.set(name, circuit);
    circuit.failures++;
    const wasProbe = circuit.probing;
    circuit.probing = false;
    if (circuit.failures < this.#failuresMax) return false;
    const wasOpen = circuit.openUntilMs !== undefined && !wasProbe;
    circuit.openUntilMs = nowMs + this.#openMs;
    return !wasOpen;
  }

  /** A call ended that shows nothing: it was stopped before its host said a word. */
  onNothing(name: string): void {
    const circuit = this.#circuits.size === 0 ? undefined : this.#circuits.get(name);
    if (circuit !== undefined) circuit.probing = false;
  }
}
