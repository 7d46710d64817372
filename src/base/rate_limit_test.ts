/** Defaults and bounds of rate limits. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { checkRateLimits, type RateLimit } from "./rate_limit.ts";

const ONE: RateLimit = { name: "one", count: 10 };

Deno.test("checkRateLimits() fills in the defaults", () => {
  assertEquals(
    checkRateLimits([ONE]),
    [{
      name: "one",
      count: 10,
      periodMs: 1_000,
      burst: 10,
      per: [],
      operations: ["tool", "resource", "prompt", "completion", "list"],
    }],
  );
  assertEquals(checkRateLimits([{ ...ONE, tools: ["x"] }])[0]!.operations, ["tool"]);
});

const BOUNDS: readonly (readonly [keyof RateLimit, number])[] = [
  ["count", LIMITS.rateCountMax],
  ["periodMs", LIMITS.ratePeriodMsMax],
  ["burst", LIMITS.rateCountMax],
];

for (const [member, max] of BOUNDS) {
  Deno.test(`checkRateLimits() takes a ${member} from 1 to ${max}`, () => {
    const base = { name: "x", count: member === "periodMs" ? 1 : 1_000, burst: 1 };
    for (const value of [1, max]) checkRateLimits([{ ...base, [member]: value }]);
    for (const value of [0, max + 1, 1.5, NaN, -1]) {
      const error = assertThrows(() => checkRateLimits([{ ...base, [member]: value }]), GomcpError);
      assertEquals(error.message.startsWith('Cannot use rate limit "x": its '), true);
      assertEquals(error.message.includes(`${value}`), true);
    }
  });
}

Deno.test("checkRateLimits() takes names of 1 to 64 plain characters", () => {
  for (const name of ["a", "A-b_c.9", "x".repeat(64)]) checkRateLimits([{ ...ONE, name }]);
  for (const name of ["", "x".repeat(65), "a b", 'a"', "ä", "a;b", "a,b"]) {
    assertThrows(() => checkRateLimits([{ ...ONE, name }]), GomcpError, "its name is");
  }
});

Deno.test("checkRateLimits() takes 32 limits, each under its own name", () => {
  const many = Array.from(
    { length: LIMITS.rateLimitsMax + 1 },
    (_, i) => ({ ...ONE, name: `${i}` }),
  );
  assertEquals(checkRateLimits(many.slice(1)).length, LIMITS.rateLimitsMax);
  assertThrows(() => checkRateLimits(many), GomcpError, "there are 33, expected at most 32");
  assertThrows(() => checkRateLimits([ONE, ONE]), GomcpError, 'two are named "one"');
});

Deno.test("checkRateLimits() takes 1 to 100 tools, and no operations beside them", () => {
  const tools = Array.from({ length: LIMITS.rateGlobsMax + 1 }, (_, i) => `t${i}`);
  checkRateLimits([{ ...ONE, tools: tools.slice(1) }]);
  for (const bad of [[], tools, [""], ["x".repeat(LIMITS.globCharsMax + 1)]]) {
    assertThrows(() => checkRateLimits([{ ...ONE, tools: bad }]), GomcpError, "it names");
  }
  const both: RateLimit = { ...ONE, tools: ["a"], operations: ["tool"] };
  assertThrows(() => checkRateLimits([both]), GomcpError, "both tools and operations");
  assertThrows(() => checkRateLimits([{ ...ONE, operations: [] }]), GomcpError, "no operation");
});
