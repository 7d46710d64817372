/** A connection to Redis or Valkey (7 or later): checked when it is opened, asked in bounded time. */
import type { Redis } from "ioredis";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import { DISCONNECT_MS, endConnection } from "./end_connection.ts";

const RETRY_MS_MAX = 250;

/** What no waiting mends: someone has to change the URL, or what the user may do. */
const OF_THE_URL = /^(WRONGPASS|NOAUTH|NOPERM)|\b(DB index|AUTH failed|AUTH <password>)/i;

/**
 * Connects to `redis://…` or, with TLS, `rediss://…`.
 *
 * @throws {GomcpError} `overloaded` when it cannot be reached, `invalid_request` when the URL is none,
 * when it is not let in, or there is no such database, and when the server is too old.
 */
export async function connectRedis(url: string, log: Logger): Promise<RedisConnection> {
  checkUrl(url);
  // Loaded only where it is used: it is larger than all the rest of what a server loads.
  // The default: of what CommonJS exports, a bundle has no other name.
  const { Redis } = (await import("ioredis")).default;
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
  const connection = new RedisConnection(redis, withoutSecrets(url), log);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

export class RedisConnection {
  /** Without secrets. */
  readonly location: string;
  readonly redis: Redis;
  readonly #log: Logger;
  /** Tells why a connection was closed, which its end does not. */
  #lastError: unknown;
  /** The database could not be selected: commands would go to another one. */
  #misplaced: unknown;

  constructor(redis: Redis, location: string, log: Logger) {
    this.redis = redis;
    this.location = location;
    this.#log = log;
    this.#listenToErrors(redis);
    redis.on("error", (error: unknown) => {
      this.#lastError = error;
      if (isOfSelect(error)) this.#misplaced = error;
    });
    redis.on("connect", () => this.#misplaced = undefined);
  }

  async open(): Promise<void> {
    try {
      await this.redis.connect();
      if (this.#misplaced !== undefined) throw this.#misplaced;
      await this.#checkVersion();
    } catch (thrown) {
      if (thrown instanceof GomcpError) throw thrown;
      const cause = this.#lastError ?? thrown;
      const why = describeThrown(cause);
      const code = OF_THE_URL.test(messageOf(cause)) ? "invalid_request" : "overloaded";
      const text = code === "overloaded" ? "Cannot reach" : "Cannot use state";
      throw new GomcpError(code, `${text} ${this.location}: ${why}`, { cause });
    }
  }

  /** By HELLO, which those may ask, too, who may not ask for INFO. */
  async #checkVersion(): Promise<void> {
    const fields = await this.redis.call("HELLO").catch((error: unknown) => {
      if (/unknown command/i.test(describeThrown(error))) return ["version", "below 6"];
      throw error;
    }) as readonly unknown[];
    const version = String(fields[fields.indexOf("version") + 1]);
    if (parseInt(version) >= 7) return;
    const text = `Cannot use state ${this.location}: it is version ${version}, expected 7 or later`;
    throw new GomcpError("invalid_request", text);
  }

  /** @throws {GomcpError} `overloaded` where there is no good answer in time. */
  async ask<T>(action: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      if (this.#misplaced !== undefined) throw this.#misplaced;
      return await inTime(action(this.redis));
    } catch (thrown) {
      // Of a connection that is not there ioredis says no more than that it cannot be written to.
      const cause = this.redis.status === "ready" ? thrown : this.#lastError ?? thrown;
      const text = `Cannot use state ${this.location}: ${describeThrown(cause)}`;
      throw new GomcpError("overloaded", text, { cause, retryAfterMs: 1_000 });
    }
  }

  /** Another connection, not yet open, that may hear nothing for long. */
  subscriber(): Redis {
    const subscriber = this.redis.duplicate({ autoResubscribe: false, socketTimeout: undefined });
    this.#listenToErrors(subscriber);
    return subscriber;
  }

  /** Resolves when it has gone. May be called twice. */
  close(): Promise<void> {
    return endConnection(this.redis);
  }

  /** Without a listener an error would end the process; ioredis comes back by itself. */
  #listenToErrors(redis: Redis): void {
    redis.on("error", (error: unknown) => {
      this.#log.debug("state connection", { where: this.location, error: describeThrown(error) });
    });
  }
}

/** The URL may hold a password, and is not shown. */
function checkUrl(url: string): void {
  const isUrl = URL.canParse(url);
  if (isUrl && /^\/?\d*$/.test(new URL(url).pathname)) return;
  const what = isUrl ? "what follows the host is no number of a database" : "it is no URL";
  const text = `Cannot open state redis…: ${what}, expected ` +
    "redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]";
  throw new GomcpError("invalid_request", text);
}

function isOfSelect(error: unknown): boolean {
  return (error as { command?: { name?: string } } | null)?.command?.name === "select";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
