/** A batch that was admitted whole: nothing that its tenant's other calls do can stop a part of it. */
import type { Call } from "../pipeline/call.ts";
import type { Decision } from "../pipeline/outcome.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import { tooManyInBatch } from "./refusals.ts";

export class PaidBatch implements BatchTicket {
  left: number;
  /** Bytes of the arguments of these. */
  bytesLeft: number;
  readonly window: number;
  readonly slots: number;
  readonly #calls: number;
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** `slots` of the tenant's are the batch's for its time, at least one. */
  constructor(calls: number, bytes: number, window: number, slots: number) {
    this.left = calls;
    this.#calls = calls;
    this.bytesLeft = bytes;
    this.window = window;
    this.slots = slots;
    this.#free = slots;
  }

  /** Lets a call run as soon as one before it has ended; a problem says that it was stopped. */
  enter(call: Call, bytes: number): Decision | Promise<Decision> {
    // It would wait for nothing.
    if (call.stopped !== undefined) return call.stopped;
    if (this.left <= 0) return tooManyInBatch(this.#calls + 1, this.#calls);
    this.left--;
    this.bytesLeft -= bytes;
    if (this.#free > 0) {
      this.#free--;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<Decision>();
    const go = () => {
      call.onStop = undefined;
      resolve(undefined);
    };
    this.#waiting.add(go);
    call.onStop = (why) => {
      this.#waiting.delete(go);
      this.left++;
      this.bytesLeft += bytes;
      resolve(why);
    };
    return promise;
  }

  /** A call has ended that was let in. */
  leave(): void {
    for (const go of this.#waiting) {
      this.#waiting.delete(go);
      return go();
    }
    this.#free++;
  }
}
