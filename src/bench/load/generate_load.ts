/**
 * Calls, made as fast as they are answered (closed loop) or at a rate (open loop).
 *
 * In the open loop a call's latency counts from the moment at which it was to be made, whether or not
 * somebody was free to make it. A server that stalls is charged with all calls that fell due
 * meanwhile; measured from when they are sent, they would not show (coordinated omission).
 */
import type { CallEnd } from "./recorder.ts";
import { Recorder } from "./recorder.ts";
import { type LoadClock, Pacer } from "./pacer.ts";

/** Makes the call of that number. Never rejects. */
export type CallOnce = (number: number) => CallEnd | Promise<CallEnd>;

/** How load is made. */
export interface LoadPlan {
  /** Calls that are open at once, at most. */
  readonly concurrency: number;
  /** Calls a second of the open loop; undefined for a closed one. */
  readonly ratePerSec: number | undefined;
  readonly durationMs: number;
  /** Of calls that answer at once only one in so many is timed: reading the clock is no less work. */
  readonly timedEvery: number;
  /** What happened is told in pieces of time of this length. */
  readonly pieceMs: number;
}

/** What a run has come to. */
export interface LoadResult {
  readonly recorder: Recorder;
  /** From the first call to the last answer that counts. */
  readonly elapsedMs: number;
}

/** Calls that answer at once let others run after so many of them: sinks want to write. */
const TURN_CALLS = 1_024;

/**
 * Makes calls for the plan's time and waits for those that are open. `hear` is told the recorder at
 * once, for whoever shows how it goes. `signal` ends the run before its time.
 */
export async function generateLoad(
  call: CallOnce,
  plan: LoadPlan,
  clock: LoadClock,
  signal: AbortSignal,
  hear: (recorder: Recorder) => void = () => {},
): Promise<LoadResult> {
  const startMs = clock.now();
  const recorder = new Recorder(startMs, plan.pieceMs);
  hear(recorder);
  const run: Run = {
    call,
    plan,
    clock,
    signal,
    recorder,
    startMs,
    endMs: startMs + plan.durationMs,
    calls: 0,
  };
  const lane = plan.ratePerSec === undefined ? closedLane : openLanes(plan.ratePerSec);
  await Promise.all(Array.from({ length: plan.concurrency }, () => lane(run)));
  const elapsedMs = clock.now() - startMs;
  if (plan.ratePerSec !== undefined) countUnsent(run, plan.ratePerSec);
  recorder.finish(clock.now());
  return { recorder, elapsedMs };
}

interface Run {
  readonly call: CallOnce;
  readonly plan: LoadPlan;
  readonly clock: LoadClock;
  readonly signal: AbortSignal;
  readonly recorder: Recorder;
  readonly startMs: number;
  readonly endMs: number;
  /** Calls that were begun. */
  calls: number;
}

async function closedLane(run: Run): Promise<void> {
  const { call, clock, recorder, signal, plan: { timedEvery }, endMs } = run;
  let untilTurn = TURN_CALLS;
  let startMs = clock.now();
  while (startMs < endMs && !signal.aborted) {
    let ended = call(run.calls++);
    if (ended instanceof Promise) {
      ended = await ended;
      const nowMs = clock.now();
      // The recorder's own work is not the next call's.
      startMs = recorder.record(ended, nowMs - startMs, nowMs) ? clock.now() : nowMs;
      // Calls whose promises are kept already would let nothing else run either.
      if (--untilTurn > 0) continue;
    } else {
      const nowMs = clock.now();
      recorder.record(ended, nowMs - startMs, nowMs);
      for (let i = 1; i < timedEvery; i++) {
        const next = call(run.calls++);
        recorder.count(next instanceof Promise ? await next : next);
      }
      untilTurn -= timedEvery;
      startMs = clock.now();
      if (untilTurn > 0) continue;
    }
    untilTurn = TURN_CALLS;
    await clock.turn();
    startMs = clock.now();
  }
}

/** Lanes that share one timetable: each takes the next call of it, however late it is. */
function openLanes(ratePerSec: number): (run: Run) => Promise<void> {
  let pacer: Pacer | undefined;
  return async (run) => {
    const { call, clock, recorder, signal, startMs, endMs } = run;
    pacer ??= new Pacer(clock);
    while (!signal.aborted) {
      const dueMs = dueAt(startMs, run.calls, ratePerSec);
      if (dueMs >= endMs || clock.now() >= endMs) return;
      const number = run.calls++;
      if (dueMs > clock.now()) await pacer.until(dueMs);
      const ended = await call(number);
      const nowMs = clock.now();
      recorder.record(ended, nowMs - dueMs, nowMs);
    }
  };
}

/** When the call of that number is to be made. */
export function dueAt(startMs: number, number: number, ratePerSec: number): number {
  return startMs + number * 1_000 / ratePerSec;
}

/** Calls that fell due and found nobody free before the end count with the time that they had waited. */
function countUnsent({ recorder, startMs, endMs, calls, signal }: Run, ratePerSec: number): void {
  if (signal.aborted) return;
  for (let number = calls;; number++) {
    const dueMs = dueAt(startMs, number, ratePerSec);
    if (dueMs >= endMs) return;
    recorder.unanswered("unsent", endMs - dueMs);
  }
}
