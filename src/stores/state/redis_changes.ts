/**
 * Changes of tenants, as Redis keeps them: a stream that every process looks at. That a change is
 * published as well only makes the next look earlier: a subscription may be refused, or its
 * connection be dead without anybody saying so.
 */
import type { Redis } from "ioredis";
import { describeThrown } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import { endConnection } from "./end_connection.ts";
import type { ChangeListener, FaultListener } from "../../tenants/state_store.ts";

export interface RedisChangesOptions {
  /** For commands. */
  readonly redis: Redis;
  /** A connection of its own, not yet open: one that subscribes takes no commands. */
  readonly subscriber: Redis;
  /** The key of the stream and the name of the channel. */
  readonly name: string;
  readonly log: Logger;
  readonly onChange: ChangeListener;
  readonly onFault: FaultListener;
  /** Runs a command in bounded time. */
  readonly ask: <T>(action: (redis: Redis) => Promise<T>) => Promise<T>;
}

type Entry = readonly [id: string, fields: readonly string[]];

export class RedisChanges {
  readonly #options: RedisChangesOptions;
  /** The number of the last change that was told; undefined when any may have been missed. */
  #seen: number | undefined;
  #looking = false;
  /** Something was published during a look, which may have come too early for it. */
  #again = false;
  #saidRefused = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: RedisChangesOptions) {
    this.#options = options;
  }

  /** Resolves after the first look, whatever came of it. */
  async start(): Promise<void> {
    const { redis, subscriber } = this.#options;
    try {
      this.#seen = await this.#last();
    } catch (error) {
      this.#options.onFault(error);
    }
    redis.on("ready", this.#onReconnect);
    subscriber.on("message", this.#look);
    subscriber.on("ready", this.#subscribe);
    // It is tried again by itself.
    subscriber.connect().catch(() => {});
    this.#schedule();
  }

  /** Resolves when its connection has gone. */
  stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#options.redis.off("ready", this.#onReconnect);
    return endConnection(this.#options.subscriber);
  }

  /** Redis may have come back without the last that it was told. */
  readonly #onReconnect = (): void => {
    this.#seen = undefined;
    this.#look();
  };

  readonly #subscribe = (): void => {
    const { subscriber, name, log } = this.#options;
    subscriber.subscribe(name).catch((error: unknown) => {
      if (this.#stopped || this.#saidRefused) return;
      this.#saidRefused = true;
      log.warn("changes of tenants are only polled", { error: describeThrown(error) });
    });
  };

  readonly #look = async (): Promise<void> => {
    this.#again = this.#looking;
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    clearTimeout(this.#timer);
    try {
      await this.#tellNew();
      if (!this.#stopped) this.#options.onFault(undefined);
    } catch (error) {
      if (!this.#stopped) this.#options.onFault(error);
    }
    this.#looking = false;
    if (this.#again) this.#look();
    else this.#schedule();
  };

  #schedule(): void {
    if (!this.#stopped) this.#timer = setTimeout(this.#look, LIMITS.statePollMs);
  }

  /** The entry that was told last must still be there: else some behind it may be gone, too. */
  async #tellNew(): Promise<void> {
    const seen = this.#seen;
    if (seen === undefined) return await this.#beginAnew();
    const from = Math.max(1, seen);
    const { ask, name } = this.#options;
    const entries: readonly Entry[] = await ask((redis) => redis.xrange(name, `0-${from}`, "+"));
    if (this.#stopped || this.#seen !== seen) return;
    const [first] = entries;
    const isWhole = first === undefined ? seen === 0 : numberOf(first) === from;
    if (!isWhole) return await this.#beginAnew();
    const fresh = entries.filter((entry) => numberOf(entry) > seen);
    if (fresh.length > 0) this.#seen = numberOf(fresh.at(-1)!);
    for (const tenant of new Set(fresh.map(([, fields]) => fields[1]))) {
      this.#options.onChange(tenant);
    }
  }

  async #beginAnew(): Promise<void> {
    const last = await this.#last();
    if (this.#stopped) return;
    this.#seen = last;
    this.#options.onChange(undefined);
  }

  async #last(): Promise<number> {
    const { ask, name } = this.#options;
    const [entry] = await ask((redis) => redis.xrevrange(name, "+", "-", "COUNT", 1));
    return entry === undefined ? 0 : numberOf(entry);
  }
}

/** Ids are `0-1`, `0-2`, … without a gap. */
function numberOf([id]: Entry): number {
  return Number(id.slice(id.indexOf("-") + 1));
}
