/** A connection to Redis or Valkey (7 or later), as gomcp's stores use it. */
import type { Redis } from "ioredis";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import { DISCONNECT_MS, endConnection } from "./end_connection.ts";
import type { RedisScript } from "./redis_scripts.ts";

/** One hash slot for all: scripts touch several keys, and a cluster wants these together. */
export const PREFIX = "{gomcp}:";
const RETRY_MS_MAX = 250;

/** What scripts are called by; ioredis adds it when they are defined. */
type Scripted = Record<string, (...args: readonly (string | number)[]) => Promise<unknown>>;

/**
 * Connects to `redis://…` or, with TLS, `rediss://…`.
 *
 * @throws {GomcpError} `overloaded` when it cannot be reached, `invalid_request` when it is too old.
 */
export async function openRedisLink(
  url: string,
  scripts: Readonly<Record<string, RedisScript>>,
  log: Logger,
): Promise<RedisLink> {
  // Loaded only where it is used: it is larger than all the rest of what a server loads.
  const { Redis } = await import("ioredis");
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: LIMITS.stateTimeoutMs,
    disconnectTimeout: DISCONNECT_MS,
    // A connection that is dead without anybody saying so is given up, and another one opened.
    socketTimeout: LIMITS.stateTimeoutMs,
    maxRetriesPerRequest: null,
    // Nobody knows whether a command that was cut off has happened; to send it again could take twice.
    autoResendUnfulfilledCommands: false,
    // Nor may it happen after its caller was told that it has not.
    enableOfflineQueue: false,
    retryStrategy: (times) => Math.min(25 * times, RETRY_MS_MAX),
  });
  const link = new RedisLink(redis, url, scripts, log);
  try {
    await redis.connect();
    await link.checkVersion();
    return link;
  } catch (cause) {
    await link.close();
    if (cause instanceof GomcpError) throw cause;
    throw new GomcpError("overloaded", `Cannot reach ${link.location}: ${describeThrown(cause)}`, {
      cause,
    });
  }
}

export class RedisLink {
  readonly location: string;
  readonly redis: Redis;
  readonly log: Logger;
  readonly #scripts: Scripted;

  constructor(
    redis: Redis,
    url: string,
    scripts: Readonly<Record<string, RedisScript>>,
    log: Logger,
  ) {
    this.location = withoutSecrets(url);
    this.redis = redis;
    this.log = log;
    for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
    this.#scripts = redis as unknown as Scripted;
    this.#listenToErrors(redis);
  }

  async checkVersion(): Promise<void> {
    const info = await this.redis.info("server");
    const version = /redis_version:(\d+)/.exec(info)?.[1] ?? "0";
    if (Number(version) >= 7) return;
    const text = `Cannot use ${this.location}: it is version ${version}, expected 7 or later`;
    throw new GomcpError("invalid_request", text);
  }

  /** Runs a script on keys, which are named without the prefix. */
  script(
    command: string,
    names: readonly string[],
    ...args: readonly (string | number)[]
  ): Promise<unknown> {
    const keys = names.map((name) => PREFIX + name);
    return this.ask(() => this.#scripts[command]!(...keys, ...args));
  }

  /** @throws {GomcpError} `overloaded` when it is away, or does not answer in time. */
  async ask<T>(action: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await inTime(action(this.redis));
    } catch (cause) {
      const text = `Cannot use state ${this.location}: ${describeThrown(cause)}`;
      throw new GomcpError("overloaded", text, { cause, retryAfterMs: 1_000 });
    }
  }

  /** A connection that may hear nothing for long. */
  subscriber(): Redis {
    const subscriber = this.redis.duplicate({ autoResubscribe: false, socketTimeout: undefined });
    this.#listenToErrors(subscriber);
    return subscriber;
  }

  async close(): Promise<void> {
    await endConnection(this.redis);
  }

  /** Without a listener an error would end the process; ioredis comes back by itself. */
  #listenToErrors(redis: Redis): void {
    redis.on("error", (error: unknown) => {
      this.log.debug("state connection", { where: this.location, error: describeThrown(error) });
    });
  }
}

/** A server that takes commands and does not answer them is away, too. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`no answer within ${LIMITS.stateTimeoutMs} ms`));
  }, LIMITS.stateTimeoutMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return "redis";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
