/** What a batch of calls has paid for in advance. */

export interface BatchTicket {
  /** Calls that are paid and have not come yet. */
  left: number;
  /** The period that they were debited to. */
  readonly window: number;
}
