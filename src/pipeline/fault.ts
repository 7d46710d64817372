/** The outermost layer: whatever is thrown below becomes exactly one outcome. */
import { describeThrown, isGomcpError, stackOf } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Call, Layer } from "./call.ts";
import type { CallWatch } from "./call_watch.ts";
import { failed, type Outcome, refuse } from "./outcome.ts";

/**
 * Turns exceptions into outcomes. An unexpected one becomes `internal` with an
 * incident id; its text and stack go to the log and nowhere else.
 *
 * `watch` is told here of the beginning and the end of each call: an ending that is waited for
 * costs a promise, and this layer has one anyway.
 */
export function faultLayer(log: Logger, watch: CallWatch = NOBODY): Layer {
  return (next) => (call) => {
    watch.begin(call);
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = next(call);
    } catch (thrown) {
      outcome = toOutcome(thrown, call, log);
    }
    if (!(outcome instanceof Promise)) {
      watch.end(call, outcome, false);
      return outcome;
    }
    watch.wait(call);
    return outcome.then(
      (settled) => {
        watch.end(call, settled, true);
        return settled;
      },
      (thrown) => {
        const settled = toOutcome(thrown, call, log);
        watch.end(call, settled, true);
        return settled;
      },
    );
  };
}

const NOBODY: CallWatch = { begin: () => {}, wait: () => {}, end: () => {} };

function toOutcome(thrown: unknown, call: Call, log: Logger): Outcome {
  if (isGomcpError(thrown) && thrown.code !== "internal") return failed(thrown.problem);
  const incident = crypto.randomUUID();
  log.error("internal error", {
    incident,
    tool: call.tool,
    error: describeThrown(thrown),
    stack: stackOf(thrown),
  });
  return refuse("internal", `Internal error; the server's log has it as ${incident}`, { incident });
}
