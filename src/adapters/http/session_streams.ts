/** The event streams of one legacy session, found again by the id of the last event that was seen. */
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { canPoll } from "../../protocol/legacy.ts";
import type { Peer } from "../mcp/peer.ts";
import type { ReplayStore } from "./replay_store.ts";
import { ResumableStream } from "./resumable_stream.ts";

/** Where a client was cut off. */
export interface Position {
  readonly stream: ResumableStream;
  readonly seq: number;
}

export class SessionStreams {
  readonly #clock: Clock;
  readonly #store: ReplayStore;
  readonly #peer: Peer;
  readonly #streams = new Map<string, ResumableStream>();
  #count = 0;

  constructor(clock: Clock, store: ReplayStore, peer: Peer) {
    this.#clock = clock;
    this.#store = store;
    this.#peer = peer;
  }

  /** Whether the client knows how to come back to a stream that the server ended. */
  get canPoll(): boolean {
    return canPoll(this.#peer.version);
  }

  open(onDisconnect?: () => void): ResumableStream {
    this.#forgetEnded();
    const name = String(++this.#count);
    const stream = new ResumableStream({
      clock: this.#clock,
      store: this.#store,
      name,
      primes: this.canPoll,
      ...(onDisconnect !== undefined && { onDisconnect }),
    });
    this.#streams.set(name, stream);
    return stream;
  }

  /** Undefined for an id that never was, or whose stream is forgotten. */
  find(eventId: string): Position | undefined {
    const match = /^(\d{1,15})-(\d{1,15})$/.exec(eventId);
    const stream = this.#streams.get(match?.[1] ?? "");
    return stream === undefined ? undefined : { stream, seq: Number(match![2]) };
  }

  /** No stream has a connection any more, and none can be resumed. */
  close(): void {
    for (const stream of this.#streams.values()) stream.forget();
    this.#streams.clear();
  }

  #forgetEnded(): void {
    const sinceMs = this.#clock.wall() - LIMITS.replayKeepMs;
    let tooMany = this.#streams.size - LIMITS.replayStreamsMax + 1;
    for (const [name, stream] of this.#streams) {
      const { endedMs } = stream;
      if (endedMs === undefined || (endedMs > sinceMs && tooMany <= 0)) continue;
      stream.forget();
      this.#streams.delete(name);
      tooMany--;
    }
  }
}
