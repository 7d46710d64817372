/** A connection to Redis with the scripts of a store. */
import type { Redis } from "ioredis";
import type { Logger } from "../../base/log.ts";
import { connectRedis, type RedisConnection } from "./redis_connection.ts";
import type { RedisScript } from "./redis_scripts.ts";

/** One hash slot for all: scripts touch several keys, and a cluster wants these together. */
export const PREFIX = "{gomcp}:";

/** What scripts are called by; ioredis adds it when they are defined. */
type Scripted = Record<string, (...args: readonly (string | number)[]) => Promise<unknown>>;

/** @throws {GomcpError} as `connectRedis`. */
export async function openRedisLink(
  url: string,
  scripts: Readonly<Record<string, RedisScript>>,
  log: Logger,
): Promise<RedisLink> {
  return new RedisLink(await connectRedis(url, log), scripts, log);
}

export class RedisLink {
  readonly connection: RedisConnection;
  readonly log: Logger;
  readonly #scripts: Scripted;

  constructor(
    connection: RedisConnection,
    scripts: Readonly<Record<string, RedisScript>>,
    log: Logger,
  ) {
    const { redis } = connection;
    this.connection = connection;
    this.log = log;
    for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
    this.#scripts = redis as unknown as Scripted;
  }

  get location(): string {
    return this.connection.location;
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
  ask<T>(action: (redis: Redis) => Promise<T>): Promise<T> {
    return this.connection.ask(action);
  }

  /** Another connection, not yet open, that may hear nothing for long. */
  subscriber(): Redis {
    return this.connection.subscriber();
  }

  /** Resolves when it has gone. May be called twice. */
  close(): Promise<void> {
    return this.connection.close();
  }
}
