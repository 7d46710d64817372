/**
 * An answer of REST that becomes an event stream with its first event, where the client takes one
 * (`Accept: text/event-stream`). What has nothing to tell before its end is answered plainly.
 */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { CallEvent } from "../../pipeline/call.ts";
import { EventStream } from "./event_stream.ts";
import type { HeaderFields } from "./header_fields.ts";

export interface RestStreamOptions {
  readonly clock: Clock;
  /** The client has gone, or reads no more. */
  readonly onLost: () => void;
  /** Asked when the stream begins. */
  readonly headers: () => Readonly<Record<string, string>> | undefined;
}

/** Only who names the type gets events: "*\/*" is curl's. */
export function takesEvents({ accept }: HeaderFields): boolean {
  return accept?.includes("text/event-stream") === true;
}

export class RestStream {
  readonly #options: RestStreamOptions;
  readonly #opened = Promise.withResolvers<Response>();
  #stream: EventStream | undefined;
  #cancelKeepAlive: CancelTimer | undefined;

  constructor(options: RestStreamOptions) {
    this.#options = options;
  }

  /** What a tool says while it works: dropped when the client is behind. */
  readonly tell = (event: CallEvent): void => {
    const stream = this.#open();
    if (stream.isBehind) return;
    const { kind, ...data } = event;
    stream.sendAs(kind, JSON.stringify(data));
  };

  /** An event that is not dropped; `data` is JSON text. */
  send(name: string, data: string): void {
    this.#open().sendAs(name, data);
  }

  /** The last event, if there was one before it; false where the answer is to be plain. */
  end(name: string, data: string): boolean {
    this.#cancelKeepAlive?.();
    if (this.#stream === undefined) return false;
    this.#stream.sendAs(name, data);
    this.#stream.close();
    return true;
  }

  /** The stream, or `answer` if that comes first. */
  respond(answer: Promise<Response | undefined>): Promise<Response> {
    return Promise.race([
      this.#opened.promise,
      answer.then((response) => response ?? this.#opened.promise),
    ]);
  }

  #open(): EventStream {
    if (this.#stream !== undefined) return this.#stream;
    const { clock, onLost, headers } = this.#options;
    const stream = new EventStream({ clock, onLost, headers: headers() ?? {} });
    this.#stream = stream;
    this.#opened.resolve(stream.response);
    this.#keepAlive(stream);
    return stream;
  }

  #keepAlive(stream: EventStream): void {
    this.#cancelKeepAlive = this.#options.clock.after(LIMITS.keepAliveMs, () => {
      stream.comment();
      this.#keepAlive(stream);
    });
  }
}
