/** What may have to be waited for. */
import type { MaybePromise } from "./state_store.ts";

/** Goes on with a value at once, or with what a promise gives. */
export function then<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
