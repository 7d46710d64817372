/** What the SDK needs of its surroundings, by names that Deno, Node, Bun and browsers share. */

/** The part of `fetch` that the SDK uses: bring your own for proxies, certificates or tests. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Time, chance and the network, so that tests can turn them by hand. */
export interface Platform {
  /** Calls `action` once after `delayMs`; what it gives cancels that. */
  after(delayMs: number, action: () => void): () => void;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Looked up with each request: programs replace the global one. */
  readonly fetch: FetchLike;
}

export const WEB_PLATFORM: Platform = {
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
};
