/** Request bodies, read as text: bounded in length, and in the time that they may take to come. */
import type { Clock } from "../../base/clock.ts";
import { formatDuration } from "../../base/duration.ts";
import type { Problem } from "../../base/errors.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import { LIMITS } from "../../base/limits.ts";
import { formatSize } from "../../base/size.ts";
import { TimerWheel, type WheelTimer } from "../../base/timer_wheel.ts";
import type { Incoming } from "./incoming.ts";

const TICK_MS = 250;

export interface BodyOptions {
  /** Bodies that take longer are refused. @default LIMITS.requestMsMax */
  readonly timeoutMs?: number | undefined;
  /** Told whose body took too long: the HTTP server would wait for the rest of it. */
  readonly onSlow?: ((client: ClientInfo) => void) | undefined;
}

export class BodyReader {
  readonly #timeoutMs: number;
  readonly #onSlow: ((client: ClientInfo) => void) | undefined;
  readonly #wheel: TimerWheel;

  constructor(clock: Clock, { timeoutMs = LIMITS.requestMsMax, onSlow }: BodyOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#onSlow = onSlow;
    this.#wheel = new TimerWheel(clock, TICK_MS);
  }

  /**
   * Reads the whole body, or says why not. A declared length is trusted, since the HTTP
   * parser holds the client to it; without one the bytes are counted as they come.
   */
  read({ request, headers, client }: Incoming): Promise<string | Problem> | Problem {
    const declared = headers.contentLength;
    if (declared === null) {
      return request.body === null
        ? Promise.resolve("")
        : this.#inTime(readCounted(request.body), client);
    }
    if (Number(declared) > LIMITS.messageBytesMax) return tooLarge();
    return this.#inTime(request.text(), client);
  }

  /** Nothing is read any more. */
  close(): void {
    this.#wheel.close();
  }

  #inTime(
    reading: Promise<string | Problem>,
    client: ClientInfo,
  ): Promise<string | Problem> {
    return new Promise((resolve) => {
      const deadline = new Deadline(this.#wheel.recentMs() + TICK_MS + this.#timeoutMs, () => {
        resolve(tooSlow(this.#timeoutMs));
        this.#onSlow?.(client);
      });
      this.#wheel.add(deadline);
      const end = (body: string | Problem) => {
        this.#wheel.remove(deadline);
        resolve(body);
      };
      reading.then(end, () => end(gone()));
    });
  }
}

class Deadline implements WheelTimer {
  readonly dueMs: number;
  readonly onDue: () => void;
  wheelPrevious: WheelTimer | undefined = undefined;
  wheelNext: WheelTimer | undefined = undefined;
  wheelSlot = -1;

  constructor(dueMs: number, onDue: () => void) {
    this.dueMs = dueMs;
    this.onDue = onDue;
  }
}

/** Nobody will read this: the connection has ended. */
function gone(): Problem {
  return { code: "cancelled", detail: "The client left before its request was complete" };
}

async function readCounted(body: ReadableStream<Uint8Array>): Promise<string | Problem> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > LIMITS.messageBytesMax) return tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooSlow(limit: number): Problem {
  const detail = `Cannot read body: it has not come within ${formatDuration(limit)}`;
  return { code: "deadline_exceeded", detail, limit };
}

function tooLarge(): Problem {
  const limit = LIMITS.messageBytesMax;
  return {
    code: "too_large",
    detail: `Cannot read body: it is larger than ${formatSize(limit)}, the limit of a message`,
    limit,
  };
}

/** The status of a refused body (RFC 9110 section 15.5.9); undefined where the problem's own is right. */
export function bodyStatus({ code }: Problem): number | undefined {
  return code === "deadline_exceeded" ? 408 : undefined;
}
