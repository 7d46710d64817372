/** Errors that nobody catches, as failures of the run that caused them: so they come with its seed. */

import { setImmediate } from "node:timers";

/** Calls `body`, then fails if a promise was rejected or an error thrown that nobody took. */
export async function withoutStrays(body: () => Promise<void>): Promise<void> {
  const strays: unknown[] = [];
  const note = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    strays.push("reason" in event ? event.reason : event.error);
  };
  addEventListener("unhandledrejection", note);
  addEventListener("error", note);
  try {
    await body();
    // They are told of at the end of a turn of the event loop.
    await turn();
  } finally {
    removeEventListener("unhandledrejection", note);
    removeEventListener("error", note);
  }
  if (strays.length > 0) throw new Error("An error that nobody caught", { cause: strays[0] });
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}
