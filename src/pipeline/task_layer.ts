/** The task layer, innermost: a call that may become a task asks its ticket before its tool runs. */
import type { Call, Handler, Layer } from "./call.ts";
import { TASKS_CAPABILITY } from "../protocol/tasks.ts";
import { failed, type Outcome, refuse } from "./outcome.ts";

/** Calls without a ticket pass; those of tools that are tasks only are refused without one. */
export const taskLayer: Layer = (next) => (call) => {
  const { task } = call;
  if (task === undefined) {
    return call.target!.task?.mode === "required" ? refuseWithoutTask(call) : next(call);
  }
  const decision = task.admit(call);
  if (decision instanceof Promise) return decision.then((why) => goOn(call, why, next));
  return goOn(call, decision, next);
};

function goOn(
  call: Call,
  why: Parameters<typeof failed>[0] | undefined,
  next: Handler,
): Outcome | Promise<Outcome> {
  return why === undefined ? next(call) : failed(why);
}

function refuseWithoutTask(call: Call): Outcome {
  const text = `Cannot call "${call.tool}" and wait for it: it runs as a task, which the caller ` +
    "must be able to take (over REST: Prefer: respond-async)";
  return refuse("capability_required", text, {
    requiredCapabilities: TASKS_CAPABILITY,
  });
}
