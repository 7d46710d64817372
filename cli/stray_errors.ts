/** Errors that nobody catches: what a tool leaves behind must not end the server for all others. */
import { describeThrown, stackOf } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";

/** Logs promises that fail unnoticed and timers that throw, instead of ending the process. */
export function surviveStrays(log: Logger): void {
  const note = (thrown: unknown) =>
    log.error("an error that nobody caught, probably of a tool", {
      error: describeThrown(thrown),
      stack: stackOf(thrown),
    });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    note(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    note(event.error);
  });
}
