/** How far a replay has come: one line on stderr that is drawn over, on a terminal only. */
import type { ReplayReport } from "./report.ts";

const REDRAW_MS = 100;
const BAR_CHARS = 30;
const COLUMNS_GUESS = 80;

/** What the replay is to do. */
export interface ReplaySize {
  readonly calls: number;
  /** How long it takes at the pace that it was told; undefined for as fast as possible. */
  readonly plannedMs: number | undefined;
}

/** Shows the report's counts until it is ended. Between two calls an hour may pass: time goes on. */
export function showProgress(report: ReplayReport, size: ReplaySize): { end(): void } {
  if (!Deno.stderr.isTerminal() || Deno.env.get("TERM") === "dumb") return { end: () => {} };
  const beganMs = performance.now();
  const draw = () => {
    const text = progressText(report, size, performance.now() - beganMs);
    write(`\r${text.slice(0, columns() - 1)}\x1b[K`);
  };
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  return {
    end() {
      clearInterval(timer);
      write("\r\x1b[K");
    },
  };
}

/** `[######....] 12/20 calls, 1 different, 3.0s of 5.0s`. */
export function progressText(
  { replayed, different }: Pick<ReplayReport, "replayed" | "different">,
  { calls, plannedMs }: ReplaySize,
  elapsedMs: number,
): string {
  const done = Math.floor(replayed / Math.max(calls, 1) * BAR_CHARS);
  const bar = "#".repeat(done).padEnd(BAR_CHARS, ".");
  const planned = plannedMs === undefined ? "" : ` of ${seconds(plannedMs)}`;
  const time = `${seconds(elapsedMs)}${planned}`;
  return `[${bar}] ${replayed}/${calls} calls, ${different} different, ${time}`;
}

/** Without digits that change faster than one reads. */
function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)}s`;
}

/** A line that is broken in two would not be drawn over. Some terminals say that they have none. */
function columns(): number {
  return Deno.consoleSize().columns || COLUMNS_GUESS;
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
