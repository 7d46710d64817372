/** The outermost layer: whatever is thrown below becomes exactly one outcome. */
import { describeThrown, isGomcpError, stackOf } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Call, Layer } from "./call.ts";
import { failed, type Outcome, refuse } from "./outcome.ts";

/**
 * Turns exceptions into outcomes. An unexpected one becomes `internal` with an
 * incident id; its text and stack go to the log and nowhere else.
 */
export function faultLayer(log: Logger): Layer {
  return (next) => (call) => {
    try {
      const outcome = next(call);
      return outcome instanceof Promise
        ? outcome.catch((thrown) => toOutcome(thrown, call, log))
        : outcome;
    } catch (thrown) {
      return toOutcome(thrown, call, log);
    }
  };
}

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
