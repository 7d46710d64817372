/** `checkRate` at one million keys, asked in an order that no cache can guess. */
import { systemClock } from "../src/base/clock.ts";
import type { RateLimit } from "../src/base/rate_limit.ts";
import { createRateLimiter, type RateLimiter } from "../src/ratelimit/limiter.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";

const KEYS = 1_000_000;
/** Has no divisor in common with KEYS: all keys are asked before the first is asked again. */
const STRIDE = 618_033;

const clients = Array.from({ length: KEYS }, (_, i) => ({ name: `client-${i}`, address: "::1" }));
const tenant = "default";

/** Slow enough for no key to become idle while the table is filled. */
const PER_CLIENT: RateLimit = {
  name: "client",
  count: 100_000,
  periodMs: 3_600_000,
  burst: 50_000,
  per: ["tenant", "client", "tool"],
};
const USED_UP: RateLimit = { ...PER_CLIENT, count: 1, burst: 1, periodMs: 86_400_000 };

function check(limiter: RateLimiter, at: number): unknown {
  return limiter.checkRate({ operation: "tool", name: "echo", tenant, client: clients[at]! });
}

function filled(limits: readonly RateLimit[]): RateLimiter {
  const limiter = createRateLimiter(limits, { clock: systemClock });
  for (let at = 0; at < KEYS; at++) check(limiter, at);
  const { keys, bytes } = limiter.stats();
  console.error(`${keys} keys in ${(bytes / 1e6).toFixed(1)} MB`);
  return limiter;
}

let at = 0;
const next = () => at = (at + STRIDE) % KEYS;

const admitting = filled([PER_CLIENT]);
Deno.bench("checkRate, one limit, admitted", { group: "checkRate", baseline: true }, () => {
  consume(check(admitting, next()));
});

const refusing = filled([USED_UP]);
Deno.bench("checkRate, one limit, refused", { group: "checkRate" }, () => {
  consume(check(refusing, next()));
});

const OF_ALL: RateLimit = { name: "all", count: 1_000_000, burst: 1_000_000 };
const two = filled([{ ...PER_CLIENT, name: "two" }, OF_ALL]);
Deno.bench("checkRate, a second limit that all share", { group: "checkRate" }, () => {
  consume(check(two, next()));
});

const free = benchRuntime();
const args = { msg: MESSAGE };
Deno.bench("a call without rate limits", { group: "call", baseline: true }, () => {
  consume(free.callTool("echo", args));
});
