/** Questions in the modern era: the call ends with them, and comes again with the answers (MRTR). */
import { GomcpError } from "../base/errors.ts";
import type { Asker, InputRequest } from "./input.ts";
import { missingCapability } from "../protocol/input.ts";

type Values = Readonly<Record<string, unknown>>;

/** Ends a handler that has asked what has no answer yet; it runs again when there is one. */
class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("The handler waits for an answer of the client");
  }
}

export class RetryAsker implements Asker {
  readonly comesAgain = true;
  /** What the client has declared. */
  readonly capabilities: Values;
  readonly #answers: Values;
  /** Makes the state of the rounds before good for another time. */
  readonly giveBack: (() => void) | undefined;
  /** Answers that came without a state: they are to what a call asks first, and to nothing later. */
  readonly #unasked: boolean;
  #pastFirst = false;
  #used: Record<string, unknown> | undefined;
  #open: Record<string, InputRequest> | undefined;

  /**
   * `answers` are those of this round and of the rounds before, not yet checked. Those that are
   * `unasked` came with a call's first request: a question that rests on an answer is not
   * answered by them, since nobody has seen it.
   */
  constructor(capabilities: Values, answers: Values, giveBack?: () => void, unasked = false) {
    this.giveBack = giveBack;
    this.#unasked = unasked;
    this.capabilities = capabilities;
    this.#answers = answers;
  }

  ask(
    key: string,
    request: InputRequest,
    isAnswer: (answer: unknown) => boolean,
  ): Promise<unknown> {
    const missing = missingCapability(request.method, request.params, this.capabilities);
    if (missing !== undefined) return Promise.reject(capabilityRequired(request, missing));
    const isKnown = !this.#pastFirst && Object.hasOwn(this.#answers, key);
    const answer = isKnown ? this.#answers[key] : undefined;
    // An answer that cannot be used is asked for again (2026-07-28, MRTR).
    if (answer !== undefined && isAnswer(answer)) {
      (this.#used ??= {})[key] = answer;
      // What is asked together is asked before the handler goes on with an answer.
      if (this.#unasked) queueMicrotask(() => this.#pastFirst = true);
      return Promise.resolve(answer);
    }
    const interrupted = Promise.reject(this.refuse(key, request));
    interrupted.catch(() => {}); // a handler may ask without waiting
    return interrupted;
  }

  refuse(key: string, request: InputRequest): Error {
    (this.#open ??= {})[key] = request;
    return new Interrupted();
  }

  can(request: InputRequest): boolean {
    return missingCapability(request.method, request.params, this.capabilities) === undefined;
  }

  close(): void {} // nothing waits: the call has ended with its questions

  open(): Readonly<Record<string, InputRequest>> | undefined {
    return this.#open;
  }

  /** The answers of rounds that are over, whether the handler has taken them yet or not. */
  before(): Values {
    return this.#unasked ? {} : this.#answers;
  }

  /** The answers that the handler took: they travel with the next round. */
  used(): Values {
    return this.#used ?? {};
  }
}

export function capabilityRequired(request: InputRequest, missing: Values): GomcpError {
  const text = `Cannot ask the client: it has not declared what ${request.method} needs`;
  return new GomcpError("capability_required", text, { requiredCapabilities: missing });
}
