/** Handlers that run in another process: the port that tool hosts implement. */
import type { Problem } from "../base/errors.ts";
import type { Call } from "../pipeline/call.ts";
import { failed, type Outcome } from "../pipeline/outcome.ts";

/** What came back, not yet looked at: what a handler would have returned, or why there is nothing. */
export type HostReply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Runs a call elsewhere. Never throws, never rejects. */
export type Hosted = (call: Call) => Promise<HostReply>;

/** Runs a call elsewhere and makes an outcome of what comes back; `onValue` must not throw. */
export function runHosted(
  call: Call,
  hosted: Hosted,
  onValue: (value: unknown) => Outcome,
): Promise<Outcome> {
  return hosted(call).then((reply) => {
    // A handler that had to stop for a question has no outcome, whatever it made of the stop.
    const requests = call.asker?.open();
    if (requests !== undefined) return { kind: "input_required", requests };
    return reply.kind === "value" ? onValue(reply.value) : failed(reply.problem);
  });
}
