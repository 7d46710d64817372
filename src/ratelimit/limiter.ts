/** Several rate limits at once, over one table of keys: a call passes all of them, or costs none. */
import type { Clock } from "../base/clock.ts";
import { GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { checkRateLimits, type RateLimit } from "../base/rate_limit.ts";
import type { Decision } from "../pipeline/outcome.ts";
import type { RateReading } from "../pipeline/rate.ts";
import { waitNs } from "./gcra.ts";
import { RateRule, type RateSubject } from "./rule.ts";
import { NO_SLOT, RateShard } from "./shard.ts";

export type { RateSubject } from "./rule.ts";

/** What a limiter stands on. */
export interface RateLimiterOptions {
  /** Where time comes from: the monotonic one counts. */
  readonly clock: Clock;
  /** Keys that can be told apart at once, at least; 1 to 1,000,000. @default 1_000_000 */
  readonly keysMax?: number;
}

/** How full a limiter is. */
export interface RateLimiterStats {
  /** Keys in the table, those included that will be dropped when their room is needed. */
  readonly keys: number;
  /** Bytes of the table. */
  readonly bytes: number;
  /** Refusals since the start for a limit that was used up. */
  readonly limited: number;
  /** Refusals since the start for want of room. */
  readonly full: number;
}

/** Asks rate limits. */
export interface RateLimiter {
  /**
   * Debits every limit that counts the subject, or none of them: a problem `rate_limited` names
   * the one that will take longest. A new key for which there is no room is `overloaded`: to let
   * it share with others would let it through twice once there is room. `readings` gets what the
   * limits have left, in their order.
   */
  checkRate(subject: RateSubject, readings?: RateReading[]): Decision;
  /**
   * Says what `checkRate` would, and debits nothing. Made for failures that count, such as logins:
   * ask before the attempt, and `checkRate` after it failed.
   */
  peekRate(subject: RateSubject): Decision;
  /** How full it is. */
  stats(): RateLimiterStats;
}

/**
 * Makes a limiter of its own table.
 *
 * @throws {GomcpError} `invalid_request` for a limit out of range, two of one name, or too many.
 */
export function createRateLimiter(
  limits: readonly RateLimit[],
  options: RateLimiterOptions,
): RateLimiter {
  const { keysMax = LIMITS.rateKeysMax } = options;
  if (!Number.isInteger(keysMax) || keysMax < 1 || keysMax > LIMITS.rateKeysMax) {
    const text = `Cannot create rate limiter: keysMax is ${keysMax}, expected an integer from 1 ` +
      `to ${LIMITS.rateKeysMax}`;
    throw new GomcpError("invalid_request", text);
  }
  const rules = checkRateLimits(limits).map((settings) => new RateRule(settings));
  return new Limiter(rules, createShards(keysMax), options.clock);
}

const SHARDS = 256;
/** Chance does not fill all shards alike; this much more is out of its reach (15 sigma). */
const SHARD_SLACK = 1.25;
/** Fewer keys than this are kept in one shard: it would be chance that fills so small ones. */
const SHARDED_KEYS_MIN = 100_000;

function createShards(keysMax: number): RateShard[] {
  if (keysMax < SHARDED_KEYS_MIN) return [new RateShard(keysMax)];
  const each = Math.ceil((keysMax / SHARDS) * SHARD_SLACK);
  return Array.from({ length: SHARDS }, () => new RateShard(each));
}

/** What one limit has to say about one call. Made once a limit and used for every call. */
class Claim {
  rule!: RateRule;
  low = 0;
  high = 0;
  shard!: RateShard;
  slot = NO_SLOT;
  /** The theoretical arrival time before the call, at least now. */
  tatNs = 0;
  waitNs = 0;
}

const NS_PER_MS = 1_000_000;
/** Times stay well below 2^53 ns, which are 104 days; a limit looks at most 30 days ahead. */
const REBASE_NS = 2 ** 52;

class Limiter implements RateLimiter {
  readonly #rules: readonly RateRule[];
  readonly #shards: readonly RateShard[];
  readonly #clock: Clock;
  readonly #startMs: number;
  #baseNs = 0;
  /** The latest time that was looked at. */
  #lastNs = 0;
  /** Scratch: a check makes no objects. */
  readonly #claims: readonly Claim[];
  #limited = 0;
  #full = 0;

  constructor(rules: readonly RateRule[], shards: readonly RateShard[], clock: Clock) {
    this.#rules = rules;
    this.#shards = shards;
    this.#clock = clock;
    this.#startMs = clock.now();
    this.#claims = rules.map(() => new Claim());
  }

  checkRate(subject: RateSubject, readings?: RateReading[]): Decision {
    const nowNs = this.#nowNs(subject.arrivedMs);
    const count = this.#claim(subject, nowNs);
    const blocking = this.#slowest(count);
    const problem = blocking === undefined ? this.#debit(count, nowNs) : this.#refuse(blocking);
    if (readings !== undefined) this.#read(count, nowNs, problem === undefined, readings);
    return problem;
  }

  peekRate(subject: RateSubject): Decision {
    const blocking = this.#slowest(this.#claim(subject, this.#nowNs(subject.arrivedMs)));
    return blocking?.rule.refusal(blocking.waitNs);
  }

  stats(): RateLimiterStats {
    const sum = (of: (shard: RateShard) => number) =>
      this.#shards.reduce((total, shard) => total + of(shard), 0);
    return {
      keys: sum(({ size }) => size),
      bytes: sum(({ bytes }) => bytes),
      limited: this.#limited,
      full: this.#full,
    };
  }

  /** Looks up the keys of all limits that count the subject; changes nothing. Gives their number. */
  #claim(subject: RateSubject, nowNs: number): number {
    let count = 0;
    for (const rule of this.#rules) {
      if (!rule.counts(subject)) continue;
      const claim = this.#claims[count++]!;
      const hash = rule.hashOf(subject);
      const shard = this.#shardOf(hash[1]!);
      const slot = shard.find(hash[0]!, hash[1]!);
      claim.rule = rule;
      claim.low = hash[0]!;
      claim.high = hash[1]!;
      claim.shard = shard;
      claim.slot = slot;
      claim.tatNs = slot === NO_SLOT ? nowNs : Math.max(shard.timeAt(slot), nowNs);
      claim.waitNs = waitNs(rule.gcra, claim.tatNs, nowNs);
    }
    return count;
  }

  #shardOf(high: number): RateShard {
    return this.#shards.length === 1 ? this.#shards[0]! : this.#shards[high >>> 24]!;
  }

  /** The limit that will take longest to let the call pass; undefined when all do now. */
  #slowest(count: number): Claim | undefined {
    let slowest: Claim | undefined;
    for (let at = 0; at < count; at++) {
      const claim = this.#claims[at]!;
      if (claim.waitNs > (slowest?.waitNs ?? 0)) slowest = claim;
    }
    return slowest;
  }

  /** Known keys first: an insertion moves slots, and may drop keys whose limit is whole. */
  #debit(count: number, nowNs: number): Problem | undefined {
    for (let at = 0; at < count; at++) {
      const { shard, slot, tatNs, rule } = this.#claims[at]!;
      if (slot !== NO_SLOT) shard.setTime(slot, tatNs + rule.gcra.intervalNs);
    }
    for (let at = 0; at < count; at++) {
      const claim = this.#claims[at]!;
      if (claim.slot !== NO_SLOT) continue;
      const { shard, low, high, tatNs, rule } = claim;
      if (shard.insert(low, high, tatNs + rule.gcra.intervalNs, nowNs)) continue;
      const problem = this.#refuseFull(claim, nowNs);
      this.#takeBack(count);
      return problem;
    }
    return undefined;
  }

  /** A key that was inserted just now is left with a time that has come: it is as if never seen. */
  #takeBack(count: number): void {
    for (let at = 0; at < count; at++) {
      const { shard, low, high, tatNs } = this.#claims[at]!;
      const slot = shard.find(low, high);
      if (slot !== NO_SLOT) shard.giveBack(slot, tatNs);
    }
  }

  #refuse(blocking: Claim): Problem {
    this.#limited++;
    return blocking.rule.refusal(blocking.waitNs);
  }

  #refuseFull({ rule, shard }: Claim, nowNs: number): Problem {
    this.#full++;
    return {
      code: "overloaded",
      detail: `Cannot take the call: rate limit "${rule.name}" has no room for another caller`,
      limitName: rule.name,
      remaining: 0,
      retryAfterMs: Math.max(1, Math.ceil((shard.idleFromNs - nowNs) / NS_PER_MS)),
    };
  }

  #read(count: number, nowNs: number, debited: boolean, readings: RateReading[]): void {
    for (let at = 0; at < count; at++) {
      const { rule, tatNs } = this.#claims[at]!;
      readings.push(rule.reading(debited ? tatNs + rule.gcra.intervalNs : tatNs, nowNs));
    }
  }

  /** What came earlier than what was looked at before counts as of then: time never goes back. */
  #nowNs(arrivedMs = this.#clock.now()): number {
    const nowNs = Math.floor((arrivedMs - this.#startMs) * NS_PER_MS) - this.#baseNs;
    if (nowNs <= this.#lastNs) return this.#lastNs;
    this.#lastNs = nowNs;
    if (nowNs >= REBASE_NS) this.#rebase(nowNs);
    return this.#lastNs;
  }

  /** Exact: all of these are whole numbers that a double holds. */
  #rebase(nowNs: number): void {
    const byNs = Math.floor(nowNs / REBASE_NS) * REBASE_NS;
    this.#baseNs += byNs;
    for (const shard of this.#shards) shard.rebase(byNs);
    this.#lastNs = nowNs - byNs;
  }
}
