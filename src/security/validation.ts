/** The validation layer: a call reaches its tool only with arguments that the tool's schema takes. */
import type { Call, Layer } from "../pipeline/call.ts";
import { type Outcome, refuse } from "../pipeline/outcome.ts";

/** Checks the arguments against the tool's input schema and puts what it gives into `checkedArgs`. */
export function validationLayer(): Layer {
  return (next) => (call) => {
    const check = call.target!.checkArguments(call.args);
    if (!check.ok) return invalidArguments(call, check.pointer, check.detail);
    call.checkedArgs = check.value;
    return next(call);
  };
}

function invalidArguments(call: Call, pointer: string, detail: string): Outcome {
  const where = pointer === "" ? "the arguments" : `"${pointer}"`;
  return refuse("invalid_arguments", `Cannot call "${call.tool}": ${where}: ${detail}`, {
    pointer,
  });
}
