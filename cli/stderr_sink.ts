/** Log lines on their way to stderr, without ever making the server wait for who reads it. */

const BACKLOG_CHARS_MAX = 1024 * 1024;

/** Writes in the background; what nobody takes is dropped and counted, never waited for. */
export class StderrSink {
  readonly #encoder = new TextEncoder();
  #queue = "";
  #dropped = 0;
  #loop: Promise<void> | undefined;

  readonly write = (line: string): void => {
    if (this.#queue.length + line.length > BACKLOG_CHARS_MAX) {
      this.#dropped++;
      return;
    }
    this.#queue += line;
    this.#loop ??= this.#run();
  };

  /** Waits for the queue to empty, but not for longer than `ms`. */
  async flush(ms: number): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, ms);
    await Promise.race([this.#loop, timeout.promise]);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue !== "") {
        const bytes = this.#encoder.encode(this.#queue);
        this.#queue = "";
        for (let at = 0; at < bytes.length;) {
          at += await Deno.stderr.write(bytes.subarray(at));
        }
        if (this.#dropped > 0) {
          this.#queue += `gomcp: ${this.#dropped} log lines were dropped, nobody read them\n`;
          this.#dropped = 0;
        }
      }
    } catch {
      this.#queue = ""; // stderr is closed: there is nobody left to tell
    }
    this.#loop = undefined;
  }
}
