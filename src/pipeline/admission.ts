/** The admission layer: finds what a call names, as far as the caller may see it. */
import type { Problem } from "../base/errors.ts";
import type { Call, Layer, Target } from "./call.ts";
import { failed } from "./outcome.ts";

/** What a call goes to, or why it goes nowhere. */
export type Finder = (call: Call) => Target | Problem;

export function admissionLayer(find: Finder): Layer {
  return (next) => (call) => {
    const target = find(call);
    if ("code" in target) return failed(target);
    call.target = target;
    return next(call);
  };
}
