/** How long a request may take, tries and waits included, and who else may end it. */
import { GoMCPError } from "./errors.ts";
import type { Platform } from "./platform.ts";

/** Ends at its time, or with the caller's own signal. `close` frees what it holds. */
export class Limit {
  readonly #controller = new AbortController();
  readonly #cancelTimer: () => void;
  readonly #outer: AbortSignal | undefined;
  readonly #platform: Platform;
  readonly #timeoutMs: number;
  readonly #onAbort = () => this.#end(this.#cancelled());
  #ended: GoMCPError | undefined;

  constructor(platform: Platform, timeoutMs: number, outer: AbortSignal | undefined) {
    this.#platform = platform;
    this.#timeoutMs = timeoutMs;
    this.#outer = outer;
    this.#cancelTimer = platform.after(timeoutMs, () => this.#end(this.#late()));
    if (outer?.aborted) this.#onAbort();
    else outer?.addEventListener("abort", this.#onAbort);
  }

  /** For `fetch`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it has ended; undefined while it has not. */
  get ended(): GoMCPError | undefined {
    return this.#ended;
  }

  /** Waits so long, or less when the limit ends. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.#platform.after(ms, done);
      this.signal.addEventListener("abort", done);
      if (this.signal.aborted) done();
    });
  }

  close(): void {
    this.#cancelTimer();
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }

  /** Ends the request itself too: nobody reads on. */
  abort(): void {
    this.close();
    this.#controller.abort();
  }

  #end(why: GoMCPError): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#controller.abort(why);
  }

  #late(): GoMCPError {
    return new GoMCPError("timeout", `The answer has not come within ${this.#timeoutMs} ms`);
  }

  #cancelled(): GoMCPError {
    return new GoMCPError("cancelled", "The caller cancelled it", { cause: this.#outer?.reason });
  }
}
