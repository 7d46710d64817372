/** RateLimit and RateLimit-Policy as text. */
import { assertEquals } from "@std/assert";
import { rateFields } from "./rate_fields.ts";

Deno.test("rateFields() has nothing to say where no limit counted the call", () => {
  assertEquals([rateFields(undefined), rateFields([])], [undefined, undefined]);
});

Deno.test("rateFields() writes all limits, times in whole seconds that are not too short", () => {
  const readings = [
    { name: "api", quota: 200, windowMs: 2_000, remaining: 199, moreInMs: 10 },
    { name: "day", quota: 5, windowMs: 86_400_000.5, remaining: 0, moreInMs: 1_000.000001 },
  ];
  assertEquals(rateFields(readings), {
    "ratelimit-policy": '"api";q=200;w=2, "day";q=5;w=86401',
    "ratelimit": '"api";r=199;t=1, "day";r=0;t=2',
  });
});
