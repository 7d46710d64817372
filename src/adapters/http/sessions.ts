/** Legacy sessions: who holds which id, how many at most, and when an idle one ends. */
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { ClientInfo } from "../../pipeline/call.ts";
import { Peer } from "../mcp/peer.ts";

export interface Session {
  readonly id: string;
  readonly peer: Peer;
  lastUsedMs: number;
}

/** Sessions in the order of their last use: the Map is kept in that order. */
export class Sessions {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Session>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** A new session under a random id; undefined when there are too many, all of them at work. */
  open(client: ClientInfo): Session | undefined {
    this.#endIdle();
    if (this.#byId.size >= LIMITS.sessionsMax && !this.#endOldest()) return undefined;
    const session = {
      id: crypto.randomUUID(),
      peer: new Peer("http", client),
      lastUsedMs: this.#clock.now(),
    };
    this.#byId.set(session.id, session);
    return session;
  }

  /** The session of this id, marked as used; undefined when it never was, or has ended. */
  use(id: string): Session | undefined {
    const session = this.#byId.get(id);
    if (session === undefined) return undefined;
    const nowMs = this.#clock.now();
    if (isIdle(session, nowMs)) {
      this.end(id);
      return undefined;
    }
    // Moving it to the end on every call would cost more than the order is worth.
    if (nowMs - session.lastUsedMs > 1_000) {
      this.#byId.delete(id);
      this.#byId.set(id, session);
    }
    session.lastUsedMs = nowMs;
    return session;
  }

  /** Ends a session and stops its calls; false when there was none. */
  end(id: string): boolean {
    const session = this.#byId.get(id);
    if (session === undefined) return false;
    this.#byId.delete(id);
    session.peer.stopAll("The session has ended");
    return true;
  }

  #endIdle(): void {
    const nowMs = this.#clock.now();
    for (const session of this.#byId.values()) {
      if (session.lastUsedMs + LIMITS.sessionIdleMs + 1_000 > nowMs) return;
      if (isIdle(session, nowMs)) this.end(session.id);
    }
  }

  #endOldest(): boolean {
    for (const session of this.#byId.values()) {
      if (session.peer.open.size === 0) return this.end(session.id);
    }
    return false;
  }
}

/** A session with an open call is in use, however long that takes. */
function isIdle(session: Session, nowMs: number): boolean {
  return session.peer.open.size === 0 && nowMs - session.lastUsedMs > LIMITS.sessionIdleMs;
}
