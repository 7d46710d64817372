/** Makes planned calls at their times, or as fast as they are answered. */
import { LIMITS } from "../../../src/base/limits.ts";
import type { PlannedCall } from "./plan.ts";
import type { ReplayedEnd, ReplayTarget } from "./target.ts";

export interface Pace {
  /** How many times faster than it was; undefined for as fast as possible. */
  readonly speed: number | undefined;
  /** Calls that are open at once when as fast as possible. */
  readonly parallel: number;
}

/** A call that was made again, and how it ended. */
export interface Replayed {
  readonly call: PlannedCall;
  readonly end: ReplayedEnd;
  readonly durationUs: number;
}

/** From the first call to the last; undefined for as fast as possible. */
export function plannedMs(calls: readonly PlannedCall[], { speed }: Pace): number | undefined {
  if (speed === undefined) return undefined;
  return ((calls.at(-1)?.startedMs ?? 0) - (calls[0]?.startedMs ?? 0)) / speed;
}

/** `onEnd` is told each call as it ends. */
export async function runCalls(
  target: ReplayTarget,
  calls: readonly PlannedCall[],
  { speed, parallel }: Pace,
  onEnd: (replayed: Replayed) => void,
): Promise<void> {
  const width = speed === undefined ? parallel : LIMITS.auditReplayOpenMax;
  const firstMs = calls[0]?.startedMs ?? 0;
  const beganMs = performance.now();
  const open = new Set<Promise<void>>();
  for (const call of calls) {
    while (open.size >= width) await Promise.race(open);
    if (speed !== undefined) await until(beganMs + (call.startedMs - firstMs) / speed);
    const work = runOne(target, call).then(onEnd).finally(() => open.delete(work));
    open.add(work);
  }
  await Promise.all(open);
}

async function runOne(target: ReplayTarget, call: PlannedCall): Promise<Replayed> {
  const startedMs = performance.now();
  const end = await target.call(call.tool, call.args, call.tenant);
  return { call, end, durationUs: Math.round((performance.now() - startedMs) * 1_000) };
}

async function until(ms: number): Promise<void> {
  const left = ms - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}
