/** Reads a log as it grows, also when its file is moved away and a new one takes its place. */
import { LIMITS } from "../../src/base/limits.ts";
import { rotatedFiles } from "../../src/stores/audit/full_files.ts";
import { openLog } from "./open_log.ts";

const POLL_MS = 200;
const PIECE_BYTES = 256 * 1024;
const SEGMENT = /^\{"segment":(\d+),/;

/** Gives the lines of `path` from its beginning, then waits for more until `signal` aborts. */
export class LogFollower {
  readonly #path: string;
  readonly #signal: AbortSignal;
  #segment = 0;
  #rest = "";

  constructor(path: string, signal: AbortSignal) {
    this.#path = path;
    this.#signal = signal;
  }

  /** Lines; undefined each time when there are no more for now. */
  async *lines(): AsyncGenerator<string | undefined> {
    while (!this.#signal.aborted) {
      using file = await openLog(this.#path);
      yield* this.#missed(file);
      for (let moved = false; !this.#signal.aborted;) {
        yield* this.#grown(file);
        // What was written before it was moved away had to be seen first.
        if (moved) break;
        yield undefined;
        await pause(POLL_MS, this.#signal);
        moved = await this.#isMoved(file);
      }
    }
  }

  /** Several files may have been filled since the last look. */
  async *#missed(file: Deno.FsFile): AsyncGenerator<string> {
    if (this.#segment === 0) return;
    const { ino, dev } = await file.stat();
    // A file that is new has no line yet; all that were moved away are before it.
    const first = await firstSegment(file) || Infinity;
    for (const each of await rotatedFiles(this.#path)) {
      if (each.segment <= this.#segment || each.segment >= first) continue;
      using full = await openLog(each.path);
      const same = await full.stat();
      // Moved away in the meantime, as were those behind it: they come in their turn.
      if (same.ino === ino && same.dev === dev) return;
      yield* this.#grown(full);
    }
  }

  async *#grown(file: Deno.FsFile): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    const piece = new Uint8Array(PIECE_BYTES);
    for (let n = await file.read(piece); n !== null; n = await file.read(piece)) {
      const lines = (this.#rest + decoder.decode(piece.subarray(0, n), { stream: true })).split(
        "\n",
      );
      this.#rest = lines.pop()!.slice(0, LIMITS.auditLineBytesMax);
      for (const line of lines) {
        const segment = SEGMENT.exec(line)?.[1];
        if (segment !== undefined) this.#segment = Number(segment);
        yield line;
      }
    }
  }

  async #isMoved(file: Deno.FsFile): Promise<boolean> {
    const [open, named] = await Promise.all([
      file.stat(),
      Deno.stat(this.#path).catch(() => undefined),
    ]);
    // Between the move and the new file there is none: that is waited for.
    return named !== undefined && (named.ino !== open.ino || named.dev !== open.dev);
  }
}

async function firstSegment(file: Deno.FsFile): Promise<number> {
  const head = new Uint8Array(64);
  const length = await file.read(head) ?? 0;
  await file.seek(0, Deno.SeekMode.Start);
  return Number(SEGMENT.exec(new TextDecoder().decode(head.subarray(0, length)))?.[1] ?? 0);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", stop));
}
