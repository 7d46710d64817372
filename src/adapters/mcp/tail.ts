/** What every modern result ends with: its type, who the server is, and for lists how long they keep. */
import { completeTail } from "../../protocol/modern.ts";
import type { Runtime } from "../../runtime/runtime.ts";

/** How long clients may keep lists (2026-07-28, caching). */
export const LIST_TTL_MS = 60_000;

const tails = new WeakMap<Runtime, string>();

/** Rendered once a runtime, unless the result has metadata of its own. */
export function tailOf(runtime: Runtime, meta?: Readonly<Record<string, unknown>>): string {
  if (meta !== undefined) return completeTail(runtime.info, meta);
  let tail = tails.get(runtime);
  if (tail === undefined) {
    tail = completeTail(runtime.info);
    tails.set(runtime, tail);
  }
  return tail;
}
