/** How long to wait before a child is started again. */

/** The delays of restarts in a row. */
export interface BackoffOptions {
  /** The delay of the second restart in a row; the first waits for nothing. @default 100 */
  readonly minMs?: number;
  /** The longest delay. @default 30_000 */
  readonly maxMs?: number;
  /** A child that ran this long has recovered: its next restart is a first one. @default 30_000 */
  readonly resetMs?: number;
}

/**
 * The delay before the restart number `attempt` (from 1) in a row: none for the first, then doubled
 * each time, of which a random half is taken off, so that many do not come back at once.
 */
export function backoffMs(
  attempt: number,
  { minMs, maxMs }: Required<BackoffOptions>,
  random: () => number,
): number {
  if (attempt <= 1) return 0;
  const wholeMs = Math.min(minMs * 2 ** Math.min(attempt - 2, 40), maxMs);
  return Math.round(wholeMs * (1 - random() / 2));
}
