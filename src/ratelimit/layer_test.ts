/** The layer: who is asked for which call, and who is told. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import type { RateLimit } from "../base/rate_limit.ts";
import { type AdapterName, Call, type Target } from "../pipeline/call.ts";
import type { CallKind } from "../protocol/methods.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import { rateLimitLayer } from "./layer.ts";
import { createRateLimiter } from "./limiter.ts";

function setUp(limit: Partial<RateLimit> = {}) {
  const limits = [{ name: "one", count: 1, ...limit }];
  const limiter = createRateLimiter(limits, { clock: new FakeClock() });
  let passed = 0;
  const handle = rateLimitLayer(limiter)(() => {
    passed++;
    return toolFailure("ran");
  });
  return {
    passed: () => passed,
    send(kind: CallKind = "tool", name = "t", adapter: AdapterName = "stdio") {
      const call = new Call({ kind, tool: `${name}?${passed}`, args: {}, adapter });
      call.target = { name } as Target;
      return { call, outcome: handle(call) as Outcome };
    },
  };
}

Deno.test("the layer lets the call go on, and ends the one that comes too fast", () => {
  const { send, passed } = setUp();
  assertEquals(send().outcome.kind, "result");
  const { outcome } = send();
  assert(outcome.kind === "problem");
  assertEquals([outcome.problem.code, passed()], ["rate_limited", 1]);
});

Deno.test("the layer counts every kind of call", () => {
  for (const kind of ["tool", "resource", "prompt", "completion"] as const) {
    const { send } = setUp({ operations: [kind] });
    assertEquals([send(kind), send(kind)].map(({ outcome }) => outcome.kind), [
      "result",
      "problem",
    ]);
  }
});

Deno.test("the layer knows a call by what it goes to: a template's resources are one", () => {
  const { send } = setUp({ per: ["tool"] });
  assertEquals(send("resource", "users://{id}").outcome.kind, "result");
  assertEquals(send("resource", "users://{id}").outcome.kind, "problem");
  assertEquals(send("resource", "posts://{id}").outcome.kind, "result");
});

Deno.test("the layer puts what is left where there are headers to tell it, and nowhere else", () => {
  for (const adapter of ["http", "rest", "stdio", "grpc", "library"] as const) {
    const { send } = setUp({ burst: 2 });
    const left = [1, 2, 3].map(() => send("tool", "t", adapter).call.rates?.[0]?.remaining);
    const told = adapter === "http" || adapter === "rest";
    assertEquals(left, told ? [1, 0, 0] : [undefined, undefined, undefined], adapter);
  }
});
