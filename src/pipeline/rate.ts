/** What a caller can be told of a rate limit. */

/** A rate limit as one caller finds it, right after it was asked for a call. */
export interface RateReading {
  /** What the limit is called. */
  readonly name: string;
  /** Calls that are let through at once when none was made for long. */
  readonly quota: number;
  /** How long the limit takes from used up to whole, in milliseconds. */
  readonly windowMs: number;
  /** Calls that would be let through now; 0 or more. */
  readonly remaining: number;
  /** After how many milliseconds there is one more. */
  readonly moreInMs: number;
}
