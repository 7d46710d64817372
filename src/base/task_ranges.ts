/** What the numbers of a server's tasks may be, and what they are unless they are said. */
import { LIMITS } from "./limits.ts";

/** Least, most, usual. */
export type Range = readonly [least: number, most: number, usual: number];

const DAY_MS = 86_400_000;

export const TASK_RANGES = {
  ttlMs: [1_000, 30 * DAY_MS, DAY_MS],
  timeoutMs: [1, LIMITS.timeoutMsMax, 3_600_000],
  pollMs: [1, 3_600_000, 1_000],
  leaseMs: [100, 3_600_000, 15_000],
  afterMs: [1, LIMITS.timeoutMsMax, Infinity],
  openMax: [1, 1_000_000, LIMITS.openTasksMax],
  bytesMax: [1_024, Number.MAX_SAFE_INTEGER, LIMITS.taskBytesMax],
} as const satisfies Readonly<Record<string, Range>>;
