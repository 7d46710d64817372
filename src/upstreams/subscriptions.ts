/**
 * The resources of which an upstream is asked to tell when they change: those that somebody here
 * waits for (2025-11-25, server/resources: subscriptions; 2026-07-28, subscriptions/listen).
 */
import type { Reply, RequestOptions } from "./conversation.ts";

type Values = Readonly<Record<string, unknown>>;

/** Sends a request to the upstream. */
export type Ask = (method: string, params: Values, options?: RequestOptions) => Promise<Reply>;

/** Follows what is wanted, as one connection to an upstream can. */
export interface ResourceSubscriptions {
  /** From now on these, and no others. */
  want(uris: ReadonlySet<string>): void;
}

/** A request for each resource that comes or goes, one after the other. */
export class LegacySubscriptions implements ResourceSubscriptions {
  readonly #ask: Ask;
  readonly #timeoutMs: number;
  /** What was asked for; what the upstream refuses is not asked for again. */
  readonly #asked = new Set<string>();
  #wanted: ReadonlySet<string> = new Set();
  #isBusy = false;

  constructor(ask: Ask, timeoutMs: number) {
    this.#ask = ask;
    this.#timeoutMs = timeoutMs;
  }

  want(uris: ReadonlySet<string>): void {
    this.#wanted = uris;
    if (!this.#isBusy) void this.#follow();
  }

  async #follow(): Promise<void> {
    this.#isBusy = true;
    for (;;) {
      const come = [...this.#wanted].find((uri) => !this.#asked.has(uri));
      const gone = [...this.#asked].find((uri) => !this.#wanted.has(uri));
      const uri = come ?? gone;
      if (uri === undefined) break;
      if (uri === come) this.#asked.add(uri);
      else this.#asked.delete(uri);
      const method = uri === come ? "resources/subscribe" : "resources/unsubscribe";
      const reply = await this.#ask(method, { uri }, { timeoutMs: this.#timeoutMs });
      if (reply.kind === "problem" && reply.problem.code === "upstream_failed") break;
    }
    this.#isBusy = false;
  }
}

/** One request that stays open, for all of them: another one when they change. */
export class ModernSubscriptions implements ResourceSubscriptions {
  readonly #ask: Ask;
  /** Waits, before a stream is opened again that the upstream has ended. */
  readonly #later: (again: () => void) => void;
  #wanted: readonly string[] = [];
  #current: AbortController | undefined;

  constructor(ask: Ask, later: (again: () => void) => void) {
    this.#ask = ask;
    this.#later = later;
  }

  want(uris: ReadonlySet<string>): void {
    const wanted = [...uris].sort();
    if (JSON.stringify(wanted) === JSON.stringify(this.#wanted)) return;
    this.#wanted = wanted;
    this.#listen();
  }

  /** The new one is open before the old one ends, so that nothing is missed between them. */
  #listen(): void {
    const before = this.#current;
    this.#current = undefined;
    if (this.#wanted.length > 0) {
      const current = new AbortController();
      this.#current = current;
      const params = { notifications: { resourceSubscriptions: this.#wanted } };
      void this.#ask("subscriptions/listen", params, { signal: current.signal }).then((reply) => {
        if (this.#current !== current || reply.kind === "error") return;
        this.#later(() => this.#current === current && this.#listen());
      });
    }
    before?.abort();
  }
}
