/** Which errors are worth another try, and how long the wait is. */
import { assert, assertEquals } from "@std/assert";
import type { ErrorCode } from "../base/code_table.ts";
import { CODE_TABLE } from "../base/code_table.ts";
import { type ClientErrorCode, GoMCPError } from "./errors.ts";
import { mayRetry, WAIT_MS_MAX, waitMs } from "./retry.ts";

const ALWAYS = new Set(["rate_limited", "overloaded", "audit_unavailable"]);
const IF_REPEATABLE = new Set(["connection_failed", "worker_lost", "upstream_failed"]);
const CODES = [
  ...Object.keys(CODE_TABLE),
  "connection_failed",
  "timeout",
  "bad_answer",
] as (ErrorCode | ClientErrorCode)[];

for (const code of CODES) {
  const always = ALWAYS.has(code);
  const repeatable = always || IF_REPEATABLE.has(code);
  Deno.test(`mayRetry() of ${code} is ${always}, and ${repeatable} where it may run twice`, () => {
    assertEquals(mayRetry(new GoMCPError(code, ""), false), always);
    assertEquals(mayRetry(new GoMCPError(code, ""), true), repeatable);
  });
}

Deno.test("mayRetry() waits for no server that wants longer than the limit", () => {
  const error = (retryAfterMs: number) => new GoMCPError("quota_exceeded", "", { retryAfterMs });
  assertEquals(mayRetry(error(WAIT_MS_MAX), false), true);
  assertEquals(mayRetry(error(WAIT_MS_MAX + 1), true), false);
});

Deno.test("mayRetry() of a proxy's answer goes by its status", () => {
  const statuses = [200, 404, 429, 500, 502, 503, 504];
  const taken = statuses.filter((status) =>
    mayRetry(new GoMCPError("bad_answer", "", { status }), true)
  );
  assertEquals(taken, [429, 502, 503, 504]);
});

Deno.test("mayRetry() knows connections that were never made, by Node's, Bun's and Deno's words", () => {
  const node = new TypeError("fetch failed", {
    cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
  });
  const bun = Object.assign(new Error("Unable to connect"), { code: "ConnectionRefused" });
  const deno = new TypeError("client error (Connect): tcp connect error: Connection refused");
  const reset = Object.assign(new Error("reset"), { code: "ECONNRESET" });
  const tried = [node, bun, deno, reset].map((cause) =>
    mayRetry(new GoMCPError("connection_failed", "", { cause }), false)
  );
  assertEquals(tried, [true, true, true, false]);
});

Deno.test("waitMs() is anything up to a bound that doubles, on top of what the server asks for", () => {
  const error = new GoMCPError("overloaded", "");
  const most = [0, 1, 2, 20].map((tries) => waitMs(error, tries, () => 1));
  assertEquals(most, [100, 200, 400, WAIT_MS_MAX]);
  assertEquals(waitMs(error, 5, () => 0), 0);
  assert(waitMs(new GoMCPError("overloaded", "", { retryAfterMs: 70 }), 0, () => 0.5) === 120);
});
