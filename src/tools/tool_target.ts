/** What calls of a tool go to: its handler on the event loop of this process, or its tool host. */
import type { Logger } from "../base/log.ts";
import type { Call, Target } from "../pipeline/call.ts";
import { CallContext } from "../authoring/context.ts";
import { runHosted } from "../authoring/hosted.ts";
import { runHandler } from "../authoring/run_handler.ts";
import { thrownOutcome, toOutcome } from "./result.ts";
import type { Tool } from "./tool.ts";

export function toolTarget(tool: Tool, log: Logger): Target {
  const onReturn = (returned: unknown) => toOutcome(tool, returned);
  const onThrow = (thrown: unknown) => thrownOutcome(tool, thrown);
  const { hosted } = tool;
  return {
    name: tool.name,
    timeoutMs: tool.timeoutMs,
    task: tool.task,
    purposes: tool.purposes,
    isUpstreams: tool.isUpstreams,
    checkArguments: (args) => tool.input.check(args),
    run: hosted !== undefined
      ? (call: Call) => runHosted(call, hosted, onReturn)
      : (call: Call) =>
        runHandler(call, log, {
          start: () => tool.handler(call.checkedArgs, new CallContext(call, log)),
          onReturn,
          onThrow,
        }),
  };
}
