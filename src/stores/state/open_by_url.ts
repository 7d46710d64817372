/** What the URL of a state names. */
import { GomcpError } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe_promise.ts";

/** How a store is opened in each place that there is. */
export interface Openers<T> {
  readonly memory: () => T;
  readonly sqlite: (path: string) => MaybePromise<T>;
  readonly redis: () => MaybePromise<T>;
}

/** @throws {GomcpError} `invalid_request` for what is no such URL, and what the opener throws. */
export function openByUrl<T>(url: string, open: Openers<T>): MaybePromise<T> {
  if (url === "memory:") return open.memory();
  if (url.startsWith("sqlite:") && url.length > "sqlite:".length) {
    return open.sqlite(url.slice("sqlite:".length));
  }
  if (/^rediss?:\/\/./.test(url)) return open.redis();
  // The URL may hold a password.
  const scheme = /^[a-z]{1,20}:/.exec(url)?.[0] ?? "(no scheme)";
  const text = `Cannot open state ${scheme}…: expected memory:, sqlite:PATH, redis://HOST:PORT ` +
    "or rediss://HOST:PORT";
  throw new GomcpError("invalid_request", text);
}
