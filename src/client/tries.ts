/** A request made, and made again where that is safe, until its limit ends it. */
import { describeThrown } from "../base/errors.ts";
import { GoMCPError } from "./errors.ts";
import type { Limit } from "./limit.ts";
import type { Platform } from "./platform.ts";
import { mayRetry, waitMs } from "./retry.ts";

export interface RetryOptions {
  /** How many times it is made again at most. */
  readonly retries: number;
  /** Whether it may run twice. */
  readonly repeatable: boolean;
  readonly platform: Platform;
}

/** @throws {GoMCPError} what the last try ended with, or the limit. */
export async function withRetries<T>(
  once: () => Promise<T>,
  limit: Limit,
  { retries, repeatable, platform }: RetryOptions,
): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      if (limit.ended) throw limit.ended;
      return await once();
    } catch (thrown) {
      const error = errorOf(thrown, limit);
      if (tries >= retries || limit.ended || !mayRetry(error, repeatable)) throw error;
      await limit.pause(waitMs(error, tries, platform.random));
    }
  }
}

/** What was thrown, as an error of ours. */
export function errorOf(thrown: unknown, limit: Limit): GoMCPError {
  if (limit.ended !== undefined) return limit.ended;
  if (thrown instanceof GoMCPError) return thrown;
  const text = `Cannot reach server: ${describeThrown(thrown)}`;
  return new GoMCPError("connection_failed", text, { cause: thrown });
}
