/** One run: the warm-up, the load, and what the processes took meanwhile. */
import {
  type CallOnce,
  generateLoad,
  type LoadPlan,
  type LoadResult,
} from "../../src/bench/load/generate_load.ts";
import type { LoadClock } from "../../src/bench/load/pacer.ts";
import type { Recorder } from "../../src/bench/load/recorder.ts";
import { type Measurement, measurementOf, type Usage } from "../../src/bench/report/report.ts";
import { KNOWS_PROCESSES, ownUsage, type Taken, usageOfTree } from "./process_usage.ts";
import type { Subject } from "./subject.ts";

/** How often memory is looked at, and calls that are late. */
const LOOK_MS = 200;
/** Pieces of a timeline, and the shortest one. */
const PIECES = 60;
const PIECE_MS_MIN = 10;
/** Of calls in this process one in so many is timed. */
const TIMED_EVERY = 8;

/** What a run is told. */
export interface RunPlan {
  readonly concurrency: number;
  readonly ratePerSec: number | undefined;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly timeoutMs: number;
}

const CLOCK: LoadClock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  turn: () => new Promise((resolve) => void setImmediate(resolve)),
};

/** Why the usage of a subject's server is not known; undefined where it is. */
export function usageUnknown({ server }: Subject): string | undefined {
  if (server.kind === "unknown") return server.why;
  if (server.kind === "process" && !KNOWS_PROCESSES) return "this system does not tell it";
  return undefined;
}

/** `hear` is told what counts the calls, for the warm-up and for the run. */
export async function measure(
  subject: Subject,
  plan: RunPlan,
  signal: AbortSignal,
  hear: (recorder: Recorder, phase: "warmup" | "run") => void,
): Promise<Measurement> {
  const watch = new Watch(subject, plan.timeoutMs);
  try {
    const run = (durationMs: number, phase: "warmup" | "run") =>
      load(subject.call, plan, durationMs, signal, (recorder) => hear(recorder, phase));
    if (plan.warmupMs > 0) await run(plan.warmupMs, "warmup");
    watch.begin();
    const result = await run(plan.durationMs, "run");
    const { server, generator } = watch.end(result);
    return measurementOf(result, subject.callsPerRequest ?? 1, server, generator);
  } finally {
    watch.close();
  }
}

function load(
  call: CallOnce,
  { concurrency, ratePerSec }: RunPlan,
  durationMs: number,
  signal: AbortSignal,
  hear: (recorder: Recorder) => void,
): Promise<LoadResult> {
  const pieceMs = Math.max(durationMs / PIECES, PIECE_MS_MIN);
  const plan: LoadPlan = {
    concurrency,
    ratePerSec,
    durationMs,
    timedEvery: TIMED_EVERY,
    pieceMs,
  };
  return generateLoad(call, plan, CLOCK, signal, hear);
}

/** Looks at the processes while load is made. */
class Watch {
  readonly #subject: Subject;
  readonly #timer: ReturnType<typeof setInterval>;
  #before: { readonly own: Taken; readonly server: Taken | undefined } | undefined;
  #rssBytesMax = 0;

  constructor(subject: Subject, timeoutMs: number) {
    this.#subject = subject;
    this.#timer = setInterval(() => {
      subject.expire?.(timeoutMs);
      this.#look();
    }, LOOK_MS);
  }

  begin(): void {
    this.#rssBytesMax = 0;
    this.#before = { own: ownUsage(), server: this.#look() };
  }

  end({ recorder, elapsedMs }: LoadResult): { server: Usage | null; generator: Usage | null } {
    const { own, server } = this.#before!;
    const calls = (recorder.results + recorder.errorCount) * (this.#subject.callsPerRequest ?? 1);
    const usage = (before: Taken, after: Taken): Usage => ({
      cpuUsPerCall: calls === 0 ? 0 : (after.cpuMs - before.cpuMs) * 1_000 / calls,
      cores: elapsedMs === 0 ? 0 : (after.cpuMs - before.cpuMs) / elapsedMs,
    });
    const after = this.#look();
    const isKnown = server !== undefined && after !== undefined;
    const isHere = this.#subject.server.kind === "here";
    return {
      server: isKnown ? { ...usage(server, after), rssBytesMax: this.#rssBytesMax } : null,
      generator: isHere ? null : usage(own, ownUsage()),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): Taken | undefined {
    const { server } = this.#subject;
    const taken = server.kind === "here"
      ? ownUsage()
      : server.kind === "process" && KNOWS_PROCESSES
      ? usageOfTree(server.pid)
      : undefined;
    this.#rssBytesMax = Math.max(this.#rssBytesMax, taken?.rssBytes ?? 0);
    return taken;
  }
}
