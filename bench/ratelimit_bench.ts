/** `checkRate` at one million keys, asked in an order that no cache can guess. */
import { systemClock } from "../src/base/clock.ts";
import type { RateLimit } from "../src/base/rate_limit.ts";
import { createRateLimiter, type RateLimiter } from "../src/ratelimit/limiter.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";

const KEYS = 1_000_000;
/** Has no divisor in common with KEYS: all keys are asked before the first is asked again. */
const STRIDE = 618_033;

const tenants = Array.from({ length: 1_000 }, (_, i) => `tenant-${i}`);
/** A thousand for each tenant: a call's own text is warm when it is asked, the table is not. */
const clients = Array.from({ length: KEYS / 1_000 }, (_, i) => ({ name: `client-${i}` }));

/** Slow enough for no key to become idle while the table is filled, nor to be used up. */
const PER_CLIENT: RateLimit = {
  name: "client",
  count: 10_000,
  periodMs: 86_400_000,
  per: ["tenant", "client", "tool"],
};
const USED_UP: RateLimit = { ...PER_CLIENT, count: 1 };
const OF_ALL: RateLimit = { name: "all", count: 1_000_000, burst: 1_000_000 };

function check(limiter: RateLimiter, at: number): unknown {
  const tenant = tenants[Math.floor(at / 1_000)]!;
  const client = clients[at % 1_000]!;
  return limiter.checkRate({ operation: "tool", name: "echo", tenant, client });
}

function filled(limits: readonly RateLimit[]): RateLimiter {
  const limiter = createRateLimiter(limits, { clock: systemClock });
  for (let at = 0; at < KEYS; at++) check(limiter, at);
  return limiter;
}

let at = 0;
const next = () => at = (at + STRIDE) % KEYS;

const admitting = filled([PER_CLIENT]);
const { keys, bytes } = admitting.stats();
console.log(`${keys} keys in ${(bytes / 1e6).toFixed(1)} MB`);

Deno.bench("checkRate, one limit, admitted", { group: "checkRate", baseline: true }, () => {
  consume(check(admitting, next()));
});

const refusing = filled([USED_UP]);
Deno.bench("checkRate, one limit, refused", { group: "checkRate" }, () => {
  consume(check(refusing, next()));
});

const two = filled([PER_CLIENT, OF_ALL]);
Deno.bench("checkRate, and one limit that all share", { group: "checkRate" }, () => {
  consume(check(two, next()));
});

Deno.bench("the clock alone", { group: "checkRate" }, () => {
  consume(systemClock.now());
});

const free = benchRuntime();
const args = { msg: MESSAGE };
Deno.bench("a call without rate limits", { group: "call", baseline: true }, () => {
  consume(free.callTool("echo", args));
});

const limited = benchRuntime([], { rateLimits: [{ ...OF_ALL, per: ["tenant", "tool"] }] });
Deno.bench("a call with a rate limit", { group: "call" }, () => {
  consume(limited.callTool("echo", args));
});
