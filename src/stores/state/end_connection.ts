/** Ends a connection to Redis, and waits until it has gone: a socket that is closing still has timers. */
import type { Redis } from "ioredis";
import { LIMITS } from "../../base/limits.ts";

/** How long Redis may take to close its side. For connections that are ended here: `disconnectTimeout`. */
export const DISCONNECT_MS = 50;

/** Resolves when it has gone, or after the time that Redis has for an answer. May be called twice. */
export async function endConnection(redis: Redis): Promise<void> {
  const { status } = redis;
  if (status === "end") return;
  const hasSocket = status !== "wait" && status !== "reconnecting" && status !== "close";
  const end = Promise.withResolvers<void>();
  redis.once("end", end.resolve);
  redis.disconnect();
  // Between two tries there is no end to be told of, but a timer for the socket that was.
  const timer = setTimeout(end.resolve, hasSocket ? LIMITS.stateTimeoutMs : 2 * DISCONNECT_MS);
  await end.promise;
  clearTimeout(timer);
}
