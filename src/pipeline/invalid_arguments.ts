/** The answer to arguments that do not fit. */
import type { Call } from "./call.ts";
import { type Outcome, refuse } from "./outcome.ts";

/** What a call is answered whose arguments its schema refuses. */
export function invalidArguments(call: Call, pointer: string, detail: string): Outcome {
  const where = pointer === "" ? "the arguments" : `"${pointer}"`;
  return refuse("invalid_arguments", `Cannot call "${call.tool}": ${where}: ${detail}`, {
    pointer,
  });
}
