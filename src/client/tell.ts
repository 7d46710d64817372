/** Listeners of calls, told what a tool says while it works. */
import { GoMCPError } from "./errors.ts";

/** A listener that throws ends its call: to make that again would not mend it. */
export function tell<Event>(listener: ((event: Event) => void) | undefined, event: Event): void {
  try {
    listener?.(event);
  } catch (cause) {
    throw new GoMCPError("cancelled", "The call's listener has thrown", { cause });
  }
}
