/** A tool that runs in the server's own process, on its event loop. */
import type { Logger } from "../base/log.ts";
import { describeThrown, isGomcpError, stackOf } from "../base/errors.ts";
import type { Call, Target } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import { CallContext } from "./context.ts";
import { thrownOutcome, toOutcome } from "./result.ts";
import type { Tool } from "./tool.ts";

/** A handler that answers synchronously costs no promise. */
export function inlineTarget(tool: Tool, log: Logger): Target {
  const { handler } = tool;
  const onThrow = (thrown: unknown): Outcome => {
    // What a tool refuses in words of its own needs no stack.
    log.info("tool failed", {
      tool: tool.name,
      error: describeThrown(thrown),
      stack: isGomcpError(thrown) ? undefined : stackOf(thrown),
    });
    return thrownOutcome(tool, thrown);
  };
  const onReturn = (returned: unknown) => toOutcome(tool, returned);
  return {
    name: tool.name,
    timeoutMs: tool.timeoutMs,
    checkArguments: (args) => tool.input.check(args),
    run(call: Call): Outcome | Promise<Outcome> {
      try {
        const returned = handler(call.checkedArgs, new CallContext(call, log));
        return isThenable(returned)
          ? Promise.resolve(returned).then(onReturn, onThrow)
          : toOutcome(tool, returned);
      } catch (thrown) {
        return onThrow(thrown);
      }
    },
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
