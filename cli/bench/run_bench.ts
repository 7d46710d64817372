/** All rows of a bench, one after another. */
import { GomcpError } from "../../src/base/errors.ts";
import type { Recorder } from "../../src/bench/load/recorder.ts";
import {
  type BenchReport,
  type BenchRow,
  type Measurement,
  REPORT_FORMAT,
} from "../../src/bench/report/report.ts";
import { formatCount } from "../../src/bench/report/units.ts";
import { onStopSignal } from "../signals.ts";
import { describeMachine, describeVersions } from "./machine.ts";
import { measure, usageUnknown } from "./measure.ts";
import { openSubject, type Place, type RowPlan, rowsOf } from "./open_subject.ts";
import type { BenchOptions, Layer } from "./options.ts";
import { type Progress, showProgress } from "./progress.ts";

/** Calls that are open at once where nothing is said. */
const CONCURRENCY: Readonly<Partial<Record<Layer, number>>> = {
  stdio: 64,
  grpc: 64,
  http: 32,
  rest: 32,
};

export async function runBench(
  options: BenchOptions,
  place: Place,
  quiet: boolean,
): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  // Before there is any load of ours.
  const machine = describeMachine();
  const isOwn = [place.url, place.grpc, place.command].every((each) => each === undefined);
  const folder = await Deno.makeTempDir({ prefix: "gomcp-bench-" });
  const progress = showProgress(quiet);
  const rows: BenchRow[] = [];
  const stop = new AbortController();
  onStopSignal().then((name) => stop.abort(name));
  try {
    for (const plan of rowsOf(options, isOwn)) {
      rows.push(await runRow(plan, options, place, { folder, progress, signal: stop.signal }));
    }
  } finally {
    progress.close();
    await Deno.remove(folder, { recursive: true });
  }
  const { ratePerSec, durationMs, warmupMs, repeat, without } = options;
  const plan = {
    loop: ratePerSec === undefined ? "closed" : "open",
    ratePerSec: ratePerSec ?? null,
    durationMs,
    warmupMs,
    repeat,
    without,
  } as const;
  return { format: REPORT_FORMAT, startedAt, versions: describeVersions(), machine, plan, rows };
}

interface Surroundings {
  /** For what is gone when the bench is over. */
  readonly folder: string;
  readonly progress: Progress;
  /** Ends the bench. */
  readonly signal: AbortSignal;
}

/** Each run has a server of its own: what one leaves behind is nothing to the next. */
async function runRow(
  plan: RowPlan,
  options: BenchOptions,
  place: Place,
  { folder, progress, signal }: Surroundings,
): Promise<BenchRow> {
  const runs: Measurement[] = [];
  const concurrency = options.concurrency ?? CONCURRENCY[plan.layer] ?? 1;
  let row: Omit<BenchRow, "runs"> | undefined;
  for (let number = 1; number <= options.repeat; number++) {
    const title = plan.name + (options.repeat === 1 ? "" : ` ${number}/${options.repeat}`);
    progress.say(`${title}  starts`);
    const subject = await openSubject(plan, options, place, folder);
    try {
      const unknown = usageUnknown(subject);
      row = {
        name: plan.name,
        what: subject.what,
        argumentBytes: subject.argumentBytes,
        concurrency,
        callsPerRequest: subject.callsPerRequest ?? 1,
        ...(unknown !== undefined && { usageUnknown: unknown }),
      };
      const hear = (recorder: Recorder, phase: "warmup" | "run") => {
        const ms = phase === "run" ? options.durationMs : options.warmupMs;
        const what = `${formatCount(subject.argumentBytes)} B  ${
          phase === "run" ? "run" : "warm-up"
        }`;
        progress.follow(title, what, recorder, ms);
      };
      runs.push(await measure(subject, { ...options, concurrency }, signal, hear));
      if (signal.aborted) throw new GomcpError("cancelled", `Stopped by ${signal.reason}`);
    } finally {
      await subject.close();
    }
  }
  return { ...row!, runs };
}
