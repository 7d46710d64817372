/** How a bench goes, on one line of a terminal that is written again and again. */
import type { Recorder } from "../../src/bench/load/recorder.ts";
import { sparkline } from "../../src/bench/report/sparkline.ts";
import { formatCount, formatUs } from "../../src/bench/report/units.ts";

const EVERY_MS = 200;
const SPARK_WIDTH = 20;
const CLEAR_LINE = "\r\x1b[K";

export interface Progress {
  /** Shows how this run goes, from now on. */
  follow(title: string, phase: string, recorder: Recorder, durationMs: number): void;
  /** Says what is done before a run. */
  say(text: string): void;
  /** The line is empty again. */
  close(): void;
}

const SILENT: Progress = { follow: () => {}, say: () => {}, close: () => {} };

/** On stderr, where that is a terminal and `quiet` is not said. */
export function showProgress(quiet: boolean): Progress {
  if (quiet || !Deno.stderr.isTerminal()) return SILENT;
  let render = () => "";
  const write = (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text));
  const draw = () => write(CLEAR_LINE + fitting(render()));
  const timer = setInterval(draw, EVERY_MS);
  return {
    follow(title, phase, recorder, durationMs) {
      const startMs = performance.now();
      render = () => runLine(title, phase, recorder, performance.now() - startMs, durationMs);
    },
    say(text) {
      render = () => text;
      draw();
    },
    close() {
      clearInterval(timer);
      write(CLEAR_LINE);
    },
  };
}

function runLine(
  title: string,
  phase: string,
  { timeline, errorCount }: Recorder,
  elapsedMs: number,
  durationMs: number,
): string {
  const last = timeline.at(-1);
  const time = `${(elapsedMs / 1_000).toFixed(1)} of ${durationMs / 1_000} s`;
  if (last === undefined) return `${title}  ${phase}  ${time}`;
  const bars = sparkline(timeline.map((point) => point.callsPerSec), SPARK_WIDTH);
  const errors = errorCount === 0 ? "" : `  ${formatCount(errorCount)} errors`;
  return `${title}  ${phase}  ${time}  ${formatCount(last.callsPerSec)} calls/s  p99 ${
    formatUs(last.p99)
  }  ${bars}${errors}`;
}

/** A line that wraps cannot be written again. */
function fitting(text: string): string {
  return text.slice(0, Deno.consoleSize().columns - 1);
}
