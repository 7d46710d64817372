/** Several calls as one: run at once or one after another, answered in the order of the request. */
import type { Call, Handler } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";

/**
 * Runs calls, at most `width` at once, and gives their outcomes in the order of the
 * calls. Each call goes through the whole pipeline by itself.
 */
export async function runBatch(
  calls: readonly Call[],
  width: number,
  handler: Handler,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = new Array(calls.length);
  let next = 0;
  const lane = async () => {
    while (next < calls.length) {
      const index = next++;
      outcomes[index] = await handler(calls[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, calls.length) }, lane));
  return outcomes;
}
