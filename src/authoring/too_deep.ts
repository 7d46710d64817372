/** Values that are nested deeper than a schema that refers to itself can be followed. */
import { isStackOverflow } from "../base/errors.ts";
import type { ArgumentsCheck } from "../pipeline/call.ts";

/** Does a check; a value that needs more of the stack than there is does not pass. */
export function checkOnStack(check: () => ArgumentsCheck): ArgumentsCheck {
  try {
    return check();
  } catch (thrown) {
    if (!isStackOverflow(thrown)) throw thrown;
    return { ok: false, pointer: "", detail: "is nested too deep to be checked" };
  }
}
