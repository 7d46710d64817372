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
  let next = 0;
  const lane = async () => {
    // A clock costs as much as many a call: the end of one is the beginning of the next.
    let startMs = run?.clock.now();
    while (next < calls.length) {
      const index = next++;
      const call = calls[index]!;
      call.arrivedMs ??= startMs;
      const answer = handler(call);
      const outcome = answer instanceof Promise ? await answer : answer;
      outcomes[index] = outcome;
      if (run === undefined) continue;
      const endMs = call.endedMs ?? run.clock.now();
      const told = run.onOutcome?.(index, outcome, endMs - startMs!);
      if (told instanceof Promise) await told;
      // What came between, such as a slow reader, is nobody's time.
      startMs = answer instanceof Promise || told instanceof Promise ? run.clock.now() : endMs;
    }
  };
  const lanes: Promise<void>[] = [];
  // Where calls end at once, the first lane has made them all.
  while (lanes.length < width && next < calls.length) lanes.push(lane());
  await Promise.all(lanes);
  return outcomes;
}
