/** Several calls as one: run at once or one after another, answered in the order of the request. */
import type { Clock } from "../base/clock.ts";
import type { Call, Handler } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";

/** Told each outcome when there is one; the next call of its lane waits for what comes back. */
export type OutcomeListener<O = Outcome> = (
  index: number,
  outcome: O,
  durationMs: number,
) => void | Promise<void>;

export interface BatchRun {
  readonly clock: Clock;
  readonly onOutcome?: OutcomeListener | undefined;
}

/**
 * Runs calls, at most `width` at once, and gives their outcomes in the order of the
 * calls. Each call goes through the whole pipeline by itself.
 */
export async function runBatch(
  calls: readonly Call[],
  width: number,
  handler: Handler,
  run?: BatchRun,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = new Array(calls.length);
  const onOutcome = run?.onOutcome;
  let next = 0;
  const lane = async () => {
    while (next < calls.length) {
      const index = next++;
      const startMs = onOutcome === undefined ? 0 : run!.clock.now();
      const outcome = await handler(calls[index]!);
      outcomes[index] = outcome;
      if (onOutcome !== undefined) await onOutcome(index, outcome, run!.clock.now() - startMs);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, calls.length) }, lane));
  return outcomes;
}
