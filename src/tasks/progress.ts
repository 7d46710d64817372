/** How far a task is, as its status message: written now and then, however often the tool says so. */
import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { CallEvent } from "../pipeline/call.ts";

/** Hands on the first word at once, then the last one of each half second. */
export function progressListener(
  clock: Clock,
  write: (message: string) => void,
): (event: CallEvent) => void {
  let waiting: string | undefined;
  let isWaiting = false;
  const flush = () => {
    isWaiting = false;
    if (waiting !== undefined) hand(waiting);
  };
  const hand = (message: string) => {
    waiting = undefined;
    isWaiting = true;
    clock.after(LIMITS.taskProgressMs, flush);
    write(message);
  };
  return (event) => {
    if (event.kind !== "progress") return;
    const { progress, total, message } = event;
    const text = message ?? (total === undefined ? `${progress}` : `${progress} of ${total}`);
    if (isWaiting) waiting = text;
    else hand(text);
  };
}
