/** The generation that takes new calls, and those before it that still have some. */
import type { Clock } from "../base/clock.ts";
import { GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Call } from "../pipeline/call.ts";
import {
  type CatalogChanges,
  changedPolicies,
  changesBetween,
  eventsBetween,
  isNothing,
} from "./changes.ts";
import { Generation, type GenerationFeatures, type GenerationParts } from "./generation.ts";

export interface GenerationsOptions extends GenerationParts {
  readonly clock: Clock;
  /** How long calls may go on in a generation that was replaced. */
  readonly retireMs: number;
  /** Ends open calls. */
  readonly stopCalls: (which: (call: Call) => boolean, why: Problem) => number;
}

/** What is served, and what ends. */
export interface GenerationsState {
  /** The number of the generation that takes new calls: 1 at the start. */
  readonly current: number;
  /** Those before it that still have calls. */
  readonly retiring: readonly { readonly generation: number; readonly open: number }[];
}

export class Generations {
  readonly #options: GenerationsOptions;
  /** Those that were replaced, the oldest first, with what stops their timer. */
  readonly #retiring = new Map<Generation, () => void>();
  #current: Generation;
  #closed = false;

  /** @throws {GomcpError} `invalid_request` for features that cannot be served. */
  constructor(first: GenerationFeatures, options: GenerationsOptions) {
    this.#options = options;
    this.#current = new Generation(1, first, options);
  }

  get current(): Generation {
    return this.#current;
  }

  state(): GenerationsState {
    const retiring = [...this.#retiring.keys()].map(({ number, open }) => ({
      generation: number,
      open,
    }));
    return { current: this.#current.number, retiring };
  }

  /** Builds the next one whole, then swaps. @throws {GomcpError} and nothing has changed */
  reload(features: GenerationFeatures, dryRun: boolean): CatalogChanges {
    if (this.#closed) {
      throw new GomcpError("overloaded", "Cannot reload: the server is shutting down");
    }
    const before = this.#current;
    const { policies } = before;
    const next = new Generation(before.number + 1, { ...policies, ...features }, this.#options);
    const changes = changesBetween(before, next);
    const isSame = isNothing(changes) && changedPolicies(policies, next.policies).length === 0;
    if (dryRun || isSame) return changes;
    this.#current = next;
    this.#retire(before);
    // After the swap: whoever hears of it asks for the list at once.
    for (const event of eventsBetween(before, next)) this.#options.events.emit(event);
    return changes;
  }

  #retire(generation: Generation): void {
    const { clock, retireMs } = this.#options;
    this.#retiring.set(generation, clock.after(retireMs, () => this.#stop(generation)));
    generation.retire(() => {
      this.#retiring.get(generation)?.();
      this.#retiring.delete(generation);
    });
    for (const oldest of [...this.#retiring.keys()].slice(0, -LIMITS.retiringMax)) {
      this.#stop(oldest);
    }
  }

  /** Its calls are answered now; what they leave behind does not hold it any longer. */
  #stop(generation: Generation): void {
    const detail =
      "The call was stopped: what it ran on was replaced by a reload, and its time is up";
    const stopped = this.#options.stopCalls(
      (call) => call.generation === generation,
      { code: "cancelled", detail },
    );
    this.#options.log.warn("calls of a replaced generation were stopped", {
      generation: generation.number,
      stopped,
    });
  }

  /** No more reloads. */
  close(): void {
    this.#closed = true;
  }

  /** All calls have ended: what the generations were made of can go. */
  end(): void {
    for (const cancel of this.#retiring.values()) cancel();
    this.#retiring.clear();
    this.#current.retire(() => {});
  }
}
