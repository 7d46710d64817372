/** Runs what an author wrote, whatever it does: returns, promises, throws, or all of it badly. */
import { describeThrown, isGomcpError, stackOf } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Call } from "../pipeline/call.ts";
import { failed, type Outcome } from "../pipeline/outcome.ts";

export interface HandlerRun {
  /** Calls the handler. */
  readonly start: () => unknown;
  /** Makes an outcome of what it returned. Never throws. */
  readonly onReturn: (returned: unknown) => Outcome;
  /** Makes an outcome of what it threw. Never throws. */
  readonly onThrow: (thrown: unknown) => Outcome;
}

/** A handler that answers synchronously costs no promise. Never throws, never rejects. */
export function runHandler(call: Call, log: Logger, run: HandlerRun): Outcome | Promise<Outcome> {
  const onReturn = (returned: unknown) => interrupted(call) ?? run.onReturn(returned);
  const onThrow = (thrown: unknown) => interrupted(call) ?? noteThrown(call, log, run, thrown);
  try {
    const returned = run.start();
    return isThenable(returned)
      ? Promise.resolve(returned).then(onReturn, onThrow)
      : onReturn(returned);
  } catch (thrown) {
    return onThrow(thrown);
  }
}

/** A handler that had to stop for a question has no outcome, whatever it made of the stop. */
function interrupted(call: Call): Outcome | undefined {
  const requests = call.asker?.open();
  return requests === undefined ? undefined : { kind: "input_required", requests };
}

function noteThrown(call: Call, log: Logger, run: HandlerRun, thrown: unknown): Outcome {
  log.info(`${call.kind} failed`, {
    [call.kind]: call.tool,
    error: describeThrown(thrown),
    // What a handler refuses in words of its own needs no stack.
    stack: isGomcpError(thrown) ? undefined : stackOf(thrown),
  });
  const needs = isGomcpError(thrown) && thrown.code === "capability_required";
  return needs ? failed(thrown.problem) : run.onThrow(thrown);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
