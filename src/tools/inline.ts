/** A tool that runs in the server's own process, on its event loop. */
import type { Logger } from "../base/log.ts";
import type { Call, Target } from "../pipeline/call.ts";
import { CallContext } from "../authoring/context.ts";
import { runHandler } from "../authoring/run_handler.ts";
import { thrownOutcome, toOutcome } from "./result.ts";
import type { Tool } from "./tool.ts";

export function inlineTarget(tool: Tool, log: Logger): Target {
  const onReturn = (returned: unknown) => toOutcome(tool, returned);
  const onThrow = (thrown: unknown) => thrownOutcome(tool, thrown);
  return {
    name: tool.name,
    timeoutMs: tool.timeoutMs,
    purposes: tool.purposes,
    checkArguments: (args) => tool.input.check(args),
    run: (call: Call) =>
      runHandler(call, log, {
        start: () => tool.handler(call.checkedArgs, new CallContext(call, log)),
        onReturn,
        onThrow,
      }),
  };
}
