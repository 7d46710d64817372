/** Server-sent events as anybody may write them (HTML, section 9.2.6). */

export interface StreamEvent {
  /** "message" where nothing else is said. */
  readonly event: string;
  readonly data: string;
  /** The last id that the stream gave; undefined for none. */
  readonly id: string | undefined;
}

/** Takes a stream's text piece by piece. */
export class EventParser {
  readonly #charsMax: number;
  #rest = "";
  #event = "";
  #data: string[] = [];
  #chars = 0;
  #id: string | undefined;
  /** How long the server wants to be left alone before a stream is resumed, in milliseconds. */
  retryMs: number | undefined;

  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  /** The last id of an event. */
  get lastId(): string | undefined {
    return this.#id;
  }

  /** The events that are complete now. @throws {RangeError} for one that is too long. */
  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line === "") this.#dispatch(events);
      else this.#field(line);
    }
    if (this.#rest.length + this.#chars <= this.#charsMax) return events;
    throw new RangeError(`an event of more than ${this.#charsMax} characters`);
  }

  #dispatch(events: StreamEvent[]): void {
    if (this.#data.length > 0) {
      const event = this.#event || "message";
      events.push({ event, data: this.#data.join("\n"), id: this.#id });
    }
    this.#event = "";
    this.#data = [];
    this.#chars = 0;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") {
      this.#data.push(value);
      this.#chars += value.length;
    } else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d{1,7}$/.test(value)) this.retryMs = Number(value);
  }
}
