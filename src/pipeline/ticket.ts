/** What several calls have paid for in advance. */

/** Paid for by a batch, or by an earlier round of the same call. */
export interface BatchTicket {
  /** Calls that are paid and have not come yet. */
  left: number;
  /** The period that they were debited to. */
  readonly window: number;
  /** How many of them may run at once; undefined where each finds its own place. */
  readonly slots?: number;
}
