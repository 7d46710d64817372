/** Legacy sessions: who holds which id, how many at most, and when an idle one ends. */
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Access } from "../../pipeline/access.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import { Peer } from "../mcp/peer.ts";
import { ReplayStore } from "./replay_store.ts";
import type { ResumableStream } from "./resumable_stream.ts";
import { SessionStreams } from "./session_streams.ts";

export class Session {
  readonly id: string;
  readonly peer: Peer;
  /** Its streams, which live as long as it does. */
  readonly streams: SessionStreams;
  /** The stream of what belongs to no request, once the client has asked for one. */
  listening: ResumableStream | undefined = undefined;
  lastUsedMs: number;
  /** When it was put at the end of the order. */
  orderedMs: number;

  constructor(id: string, clock: Clock, store: ReplayStore, client: ClientInfo) {
    this.id = id;
    this.peer = new Peer("http", client);
    this.streams = new SessionStreams(clock, store, this.peer);
    this.lastUsedMs = this.orderedMs = clock.wall();
  }
}

/** Sessions are put in order no more often than this: doing it on every call would cost too much. */
const ORDER_MS = 1_000;

/**
 * Sessions in the order of their last use, give or take a second: the Map is kept in it. Times are
 * the wall clock's, which is cheaper to read than the monotonic one: when it is set anew, idle
 * sessions end early or late, and no more.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #replay = new ReplayStore();
  readonly #byId = new Map<string, Session>();

  /** `prefix` is how ids begin: it tells whose they are, where that is in question. */
  constructor(clock: Clock, prefix = "") {
    this.#clock = clock;
    this.#prefix = prefix;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** A new session under a random id; undefined when there are too many, all of them at work. */
  open(client: ClientInfo): Session | undefined {
    this.#endIdle();
    if (this.#byId.size >= LIMITS.sessionsMax && !this.#endOldest()) return undefined;
    const session = new Session(
      `${this.#prefix}${crypto.randomUUID()}`,
      this.#clock,
      this.#replay,
      client,
    );
    this.#byId.set(session.id, session);
    return session;
  }

  /** The session of this id, marked as used; undefined when it never was, has ended, or is another's. */
  use(id: string, access?: Access): Session | undefined {
    const session = this.#byId.get(id);
    if (session === undefined || !isSameCaller(session.peer.access, access)) return undefined;
    const nowMs = this.#clock.wall();
    if (isIdle(session, nowMs)) {
      this.end(id);
      return undefined;
    }
    session.lastUsedMs = nowMs;
    if (nowMs - session.orderedMs >= ORDER_MS) {
      session.orderedMs = nowMs;
      this.#byId.delete(id);
      this.#byId.set(id, session);
    }
    return session;
  }

  /** Ends a session and stops its calls; false when there was none. */
  end(id: string): boolean {
    const session = this.#byId.get(id);
    if (session === undefined) return false;
    this.#byId.delete(id);
    session.streams.close();
    session.peer.stopAll("The session has ended");
    return true;
  }

  #endIdle(): void {
    const nowMs = this.#clock.wall();
    for (const session of this.#byId.values()) {
      if (nowMs - session.orderedMs <= LIMITS.sessionIdleMs) return;
      if (isIdle(session, nowMs)) this.end(session.id);
    }
  }

  #endOldest(): boolean {
    for (const session of this.#byId.values()) {
      if (!isInUse(session)) return this.end(session.id);
    }
    return false;
  }
}

/** Whether two requests are of one credential. Both may have none. */
export function isSameCaller(a: Access | undefined, b: Access | undefined): boolean {
  return a?.tenant === b?.tenant && a?.credential === b?.credential;
}

/** A session with an open call or stream is in use, however long that takes. */
function isInUse(session: Session): boolean {
  return session.peer.hasOpen || session.listening?.isConnected === true;
}

function isIdle(session: Session, nowMs: number): boolean {
  return !isInUse(session) && nowMs - session.lastUsedMs > LIMITS.sessionIdleMs;
}
